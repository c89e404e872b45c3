//! Lists the cases of the contracts, so that a new case is one function and nothing else.
//!
//! A case is a public function of a file below `src/contracts`. The type of its parameter says which
//! contract it belongs to. For each contract this script writes a macro that has one `#[test]` for
//! each case; the macros `store_contract!`, `http_contract!`, `mail_contract!` and
//! `stripe_contract!` expand to these.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The type of the parameter of each contract's cases, and the macro that lists the cases.
const CONTRACTS: [(&str, &str); 5] = [
    ("&Nodes<'_>", STORE_CASES),
    ("&dyn Reopen", "durable_store_cases"),
    ("&dyn Http", "http_cases"),
    ("&dyn MailHarness", "mail_cases"),
    ("&dyn StripeHarness", "stripe_cases"),
];

/// The list of what every store must keep.
const STORE_CASES: &str = "store_cases";

const FOLDER: &str = "src/contracts";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut cases: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for file in rust_files(&root.join(FOLDER)) {
        let module = module(
            file.strip_prefix(root.join("src"))
                .expect("it is below src"),
        );
        let text = fs::read_to_string(&file).expect("a source file is readable");
        for (name, parameter) in public_functions(&text) {
            let contract = CONTRACTS.iter().find(|(kind, _)| *kind == parameter);
            let Some((_, list)) = contract else {
                panic!("{module}::{name} is no case: it takes `{parameter}`");
            };
            let case = (module.clone(), name.to_owned());
            cases.entry(list).or_default().push(case);
        }
    }
    let out = PathBuf::from(variable("OUT_DIR")).join("cases.rs");
    let text = macros(&cases) + &list_of_store_cases(&cases[STORE_CASES]);
    fs::write(out, text).expect("the output folder is writable");
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo passes its folders to a build script in variables"
)]
fn variable(name: &str) -> String {
    env::var(name).expect("cargo sets it")
}

/// Every Rust file below a folder, in a stable order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder is readable").path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The path of a file's module in the crate: `contracts::store::sales::order`.
fn module(file: &Path) -> String {
    let names: Vec<_> = file
        .with_extension("")
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name != "mod")
        .collect();
    names.join("::")
}

/// The public functions of a file that belong to no `impl`, each with the type of its parameter.
fn public_functions(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.split("\npub fn ").skip(1).map(|function| {
        let (name, rest) = function.split_once('(').expect("a function has parameters");
        let (parameters, _) = rest.split_once(')').expect("the parameters end");
        let (_, kind) = parameters.split_once(':').unwrap_or_default();
        (name, kind.trim().trim_end_matches(',').to_owned())
    })
}

fn test(module: &str, name: &str) -> String {
    format!(
        "        #[test]\n        fn {name}() {{\n            let $subject = $open;\n            \
         $crate::{module}::{name}($argument);\n        }}\n"
    )
}

/// The cases that every store must keep, by their names, for the tests of the contract itself.
fn list_of_store_cases(cases: &[(String, String)]) -> String {
    let cases: String = cases
        .iter()
        .flat_map(|(module, name)| ["    (\"", name, "\", ", module, "::", name, "),\n"])
        .collect();
    format!(
        "#[cfg(test)]\npub(crate) type StoreCase = (&'static str, fn(&Nodes<'_>));\n\n\
         #[cfg(test)]\npub(crate) const STORE_CASES: &[StoreCase] = &[\n{cases}];\n"
    )
}

fn macros(cases: &BTreeMap<&str, Vec<(String, String)>>) -> String {
    let mut text = String::new();
    for (_, list) in CONTRACTS {
        let tests = cases.get(list).unwrap_or_else(|| panic!("{list} is empty"));
        writeln!(
            text,
            "#[doc(hidden)]\n#[macro_export]\nmacro_rules! {list} {{\n    \
             ($subject:ident: $argument:expr, $open:expr) => {{\n{}    }};\n}}",
            tests
                .iter()
                .map(|(module, name)| test(module, name))
                .collect::<String>()
        )
        .expect("a string takes any text");
    }
    text
}
