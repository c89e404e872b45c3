//! The Rust sources of the workspace, parsed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file of one crate.
pub(crate) struct Source {
    /// The path from the workspace's root, for messages.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

/// The folder `crates`.
pub(crate) fn crates_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The names of the folders in `crates`.
pub(crate) fn crate_names() -> Vec<String> {
    let entries = fs::read_dir(crates_dir()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The sources of a crate, without its tests, by the path of the module below the crate:
/// `model/licenses/key/mod.rs` is `["model", "licenses", "key"]`.
pub(crate) fn sources(krate: &str) -> BTreeMap<Vec<String>, Source> {
    let src = crates_dir().join(krate).join("src");
    let mut found = BTreeMap::new();
    for file in rust_files(&src) {
        let below = file.strip_prefix(&src).unwrap();
        let module = module_of(below);
        if module.iter().any(|part| part == "tests") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let source = Source {
            path: format!("crates/{krate}/src/{}", below.display()),
            syntax: syn::parse_file(&text).unwrap(),
            text,
        };
        // A binary's root and its library's are one for our purpose: both may use everything.
        found.insert(module, source);
    }
    found
}

/// Every Rust file below a folder.
pub(crate) fn rust_files(place: &Path) -> Vec<PathBuf> {
    if place.is_dir() {
        let entries = fs::read_dir(place).unwrap();
        entries
            .flat_map(|entry| rust_files(&entry.unwrap().path()))
            .collect()
    } else if place.extension().is_some_and(|extension| extension == "rs") {
        vec![place.to_owned()]
    } else {
        Vec::new()
    }
}

fn module_of(below: &Path) -> Vec<String> {
    let mut module: Vec<String> = below
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main"))
    {
        module.pop();
    }
    module
}
