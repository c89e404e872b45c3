//! The documents say what the code does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mintage_domain::model::retention::Prunable;
use mintage_domain::usecase::retention::Retention;
use mintage_runtime::problem::ErrorCode;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
    text
}

/// The texts between `quote`s that look like `area/reason`.
fn codes(text: &str, quote: char) -> BTreeSet<&str> {
    let areas = [
        "activation",
        "api",
        "api-key",
        "authz",
        "catalog",
        "checkout",
        "common",
        "license",
        "mail",
        "oauth",
        "quota",
        "stripe",
        "tenant",
        "token",
        "validation",
        "webhook",
    ];
    text.split(quote)
        .filter(|word| {
            word.split_once('/').is_some_and(|(area, reason)| {
                let plain = |c: char| c.is_ascii_lowercase() || c == '-';
                areas.contains(&area) && !reason.is_empty() && reason.chars().all(plain)
            })
        })
        .collect()
}

/// The codes that a source names as variants: `ErrorCode::NotFound`.
fn variants(text: &str) -> BTreeSet<&'static str> {
    let uses = text.split("ErrorCode::").skip(1);
    let named: BTreeSet<&str> = uses
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next())
        .collect();
    let all = ErrorCode::ALL.iter();
    all.filter(|code| named.contains(format!("{code:?}").as_str()))
        .map(|code| code.as_str())
        .collect()
}

#[test]
fn every_error_code_is_documented_and_every_documented_one_exists() {
    // All but the table itself, so that a code which nothing answers is missed.
    let problems = sources(&root().join("crates/runtime/src/problem"));
    let api = sources(&root().join("crates/api/src"));
    let code: BTreeSet<&str> = [variants(&problems), variants(&api), codes(&api, '"')]
        .into_iter()
        .flatten()
        .collect();
    let page = fs::read_to_string(root().join("docs/API.md")).expect("the page");
    assert_eq!(code, codes(&page, '`'), "code against docs/API.md");
}

#[test]
fn every_variable_the_configuration_reads_stands_in_the_readme() {
    let config = sources(&root().join("crates/app/src/config"));
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let variables: BTreeSet<&str> = config
        .split('"')
        .filter(|word| {
            ["MINTAGE_", "STRIPE_", "DATABASE_"]
                .iter()
                .any(|start| word.starts_with(start))
                && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        })
        .collect();
    assert!(variables.len() > 10, "{variables:?}");
    for variable in variables {
        let said = match variable {
            "MINTAGE_MASTER_KEY_FILE" => "`MINTAGE_MASTER_KEY` or `_FILE`".to_owned(),
            _ => format!("`{variable}`"),
        };
        assert!(readme.contains(&said), "{variable} is not in the README");
    }
}

#[test]
fn the_page_about_retention_has_the_age_of_each_kind() {
    let page = fs::read_to_string(root().join("docs/RETENTION.md")).expect("the page");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let retention = Retention::default();
    assert_eq!(rows.len(), Prunable::ALL.len());
    for (kind, row) in Prunable::ALL.into_iter().zip(rows) {
        let (age, least) = (retention.age(kind), Retention::least(kind));
        let start = format!("| `{kind}` | `{age}` | `{least}` |");
        assert!(row.starts_with(&start), "{start}: {row}");
    }
}
