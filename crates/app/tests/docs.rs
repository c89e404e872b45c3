//! The documents say what the code does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mintage::config::{Layers, effective};
use mintage_domain::model::retention::Prunable;
use mintage_domain::usecase::retention::Retention;
use mintage_runtime::metrics::METRICS;
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

/// The code of the published system whose clients work here too.
const OF_OLD: &str = "STRIPE_PERMISSIONS_MISSING";

/// The texts between `quote`s that look like `area/reason`, and the one code that does not.
fn codes(text: &str, quote: char) -> BTreeSet<&str> {
    let areas = [
        "activation",
        "api",
        "api-key",
        "authz",
        "catalog",
        "checkout",
        "common",
        "connect",
        "license",
        "mail",
        "oauth",
        "order",
        "plan",
        "quota",
        "stripe",
        "tenant",
        "token",
        "validation",
        "webhook",
    ];
    text.split(quote)
        .filter(|word| {
            *word == OF_OLD
                || word.split_once('/').is_some_and(|(area, reason)| {
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
fn every_setting_stands_in_the_readme_with_its_default() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let settings = effective(&Layers::new());
    assert!(settings.len() > 20);
    for setting in settings {
        let name = match setting.name {
            "MINTAGE_MASTER_KEY_FILE" => "`MINTAGE_MASTER_KEY` or `_FILE`".to_owned(),
            name => format!("`{name}`"),
        };
        let is_named = |line: &&str| line.starts_with("| ") && line.contains(&name);
        let row = readme.lines().find(is_named);
        let row = row.unwrap_or_else(|| panic!("{name} is not in the README"));
        let is_described = [
            "MINTAGE_PUBLIC_URL",
            "MINTAGE_MASTER_KEY_FILE",
            "STRIPE_API_URL",
            "STRIPE_CONNECT_URL",
        ];
        let default = format!("| `{}` |", setting.value);
        let has_default = !setting.value.is_empty() && !is_described.contains(&setting.name);
        assert!(!has_default || row.contains(&default), "{default}: {row}");
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

#[test]
fn the_page_for_operators_has_every_metric() {
    let page = fs::read_to_string(root().join("docs/OPERATE.md")).expect("the page");
    let starts = ["| `mintage_", "| `process_"];
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        .collect();
    let expected: Vec<String> = METRICS
        .iter()
        .map(|metric| {
            let labels: Vec<String> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
            let labels = match labels.as_slice() {
                [] => "-".to_owned(),
                some => some.join(", "),
            };
            let (name, kind, help) = (metric.name, metric.kind.as_str(), metric.help);
            format!("| `{name}` | {kind} | {labels} | {help} |")
        })
        .collect();
    assert_eq!(rows, expected);
}
