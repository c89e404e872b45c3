//! Which crate of the workspace may depend on which, and which third-party crates stand in few
//! places. `deny.toml` holds the same arrows for crates that come in by others.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Every crate of the workspace and those of ours it may depend on. A new crate is placed here first.
/// Arrows run downward, and no adapter leads to another: Stripe speaks through the `Http` port.
const OURS: [(&str, &[&str]); 16] = [
    (
        "mintage",
        &[
            "mintage-api",
            "mintage-demo",
            "mintage-domain",
            "mintage-http",
            "mintage-postgres",
            "mintage-runtime",
            "mintage-smtp",
            "mintage-sqlite",
            "mintage-stripe",
            "mintage-web",
        ],
    ),
    ("mintage-api", &["mintage-domain", "mintage-runtime"]),
    ("mintage-web", &["mintage-domain", "mintage-runtime"]),
    // A tool for developers, on which nothing depends.
    (
        "mintage-bench",
        &[
            "mintage-domain",
            "mintage-pgtmp",
            "mintage-postgres",
            "mintage-sqlite",
            "mintage-stripe-sim",
            "mintage-testkit",
        ],
    ),
    // An outside client, which proves the API by using nothing else.
    ("mintage-demo", &["mintage-pgtmp", "mintage-stripe-sim"]),
    ("mintage-runtime", &["mintage-domain"]),
    ("mintage-stripe", &["mintage-domain"]),
    ("mintage-http", &["mintage-domain"]),
    ("mintage-smtp", &["mintage-domain"]),
    ("mintage-postgres", &["mintage-domain", "mintage-sql"]),
    ("mintage-sqlite", &["mintage-domain", "mintage-sql"]),
    ("mintage-sql", &["mintage-domain"]),
    ("mintage-testkit", &["mintage-domain"]),
    ("mintage-domain", &[]),
    ("mintage-stripe-sim", &[]),
    ("mintage-pgtmp", &[]),
];

/// Crates of others that stand in few places, by the beginning of their names, and those places.
const CONFINED: [(&str, &[&str]); 9] = [
    (
        "diesel",
        &[
            "mintage-bench",
            "mintage-postgres",
            "mintage-sql",
            "mintage-sqlite",
        ],
    ),
    ("ureq", &["mintage-http"]),
    ("lettre", &["mintage-smtp"]),
    ("metrics", &["mintage-runtime"]),
    (
        "actix",
        &[
            "mintage",
            "mintage-api",
            "mintage-demo",
            "mintage-stripe-sim",
            "mintage-web",
        ],
    ),
    (
        "askama",
        &["mintage-runtime", "mintage-stripe-sim", "mintage-web"],
    ),
    ("awc", &["mintage-demo", "mintage-stripe-sim"]),
    ("async-stripe", &["mintage-stripe"]),
    ("utoipa", &["mintage-api", "mintage-web"]),
];

/// All that an integrator who embeds the domain takes in with it.
const DOMAINS_OTHERS: [&str; 10] = [
    "data-encoding",
    "httpdate",
    "mockall",
    "ring",
    "secrecy",
    "serde",
    "serde_json",
    "subtle",
    "thiserror",
    "time",
];

/// The crate that is there only while the feature `demo` is.
const DEMO_ONLY: &str = "mintage-demo";

/// The packages of the workspace, as their manifests declare them.
fn packages() -> Vec<Package> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .unwrap()
        .packages
}

/// What a package's users get with it: all but what only its own tests need.
fn dependencies(package: &Package) -> BTreeSet<&str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

/// The crates of the workspace that a table names by this package's name.
fn allowed(package: &str) -> Option<&'static [&'static str]> {
    OURS.iter()
        .find(|(name, _)| *name == package)
        .map(|(_, allowed)| *allowed)
}

#[test]
fn every_crate_of_the_workspace_has_its_place_in_the_table() {
    let found: BTreeSet<String> = packages()
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let placed: BTreeSet<String> = OURS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, placed);
}

#[test]
fn arrows_among_our_crates_run_only_where_the_table_draws_them() {
    let packages = packages();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let wrong: Vec<String> = packages
        .iter()
        .flat_map(|package| {
            let allowed = allowed(&package.name).unwrap_or_default();
            let ours = dependencies(package)
                .into_iter()
                .filter(|name| names.contains(name));
            let wrong = ours.filter(move |name| !allowed.contains(name));
            wrong.map(|name| format!("{} -> {name}", package.name))
        })
        .collect();
    assert!(wrong.is_empty(), "not drawn: {wrong:?}");
}

#[test]
fn a_confined_crate_stands_only_where_it_belongs() {
    let packages = packages();
    let mut wrong = Vec::new();
    for package in &packages {
        for dependency in dependencies(package) {
            for (confined, places) in CONFINED {
                if dependency.starts_with(confined) && !places.contains(&package.name.as_str()) {
                    wrong.push(format!("{} -> {dependency}", package.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "out of place: {wrong:?}");
}

#[test]
fn the_domain_takes_in_nothing_beyond_its_closed_list() {
    let packages = packages();
    let domain = packages
        .iter()
        .find(|package| package.name == "mintage-domain")
        .unwrap();
    let wrong: Vec<&str> = dependencies(domain)
        .into_iter()
        .filter(|name| !DOMAINS_OTHERS.contains(name))
        .collect();
    assert!(wrong.is_empty(), "mintage-domain -> {wrong:?}");
    let mockall = domain
        .dependencies
        .iter()
        .find(|dependency| dependency.name == "mockall");
    assert!(
        mockall.is_none_or(|mockall| mockall.optional),
        "mockall is for those who ask for it"
    );
}

#[test]
fn every_crate_that_is_published_says_what_it_is_and_has_the_license_texts() {
    for package in packages() {
        let folder = package.manifest_path.parent().unwrap();
        let is_published = package.publish.is_none();
        assert_eq!(is_published, package.name != "mintage-bench", "{folder}");
        if !is_published {
            continue;
        }
        assert!(package.description.is_some(), "{folder} has no description");
        assert!(package.repository.is_some(), "{folder} has no repository");
        assert!(!package.keywords.is_empty(), "{folder} has no keywords");
        for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
            assert!(folder.join(file).is_file(), "{folder} has no {file}");
        }
    }
}

#[test]
fn a_server_built_without_the_demo_holds_nothing_of_it() {
    let packages = packages();
    let app = packages
        .iter()
        .find(|package| package.name == "mintage")
        .unwrap();
    let of_the_demo = allowed(DEMO_ONLY).unwrap();
    let wrong: Vec<&str> = app
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development && !dependency.optional)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| *name == DEMO_ONLY || of_the_demo.contains(name))
        .collect();
    assert!(
        wrong.is_empty(),
        "mintage -> {wrong:?} without the feature `demo`"
    );
}

#[test]
fn the_demo_reaches_the_server_through_its_api_alone() {
    let packages = packages();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let demo = packages
        .iter()
        .find(|package| package.name == "mintage-demo")
        .unwrap();
    // Dependencies for its tests too.
    let ours: BTreeSet<&str> = demo
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .filter(|name| names.contains(name))
        .collect();
    let outside = BTreeSet::from(["mintage-pgtmp", "mintage-stripe-sim"]);
    assert!(
        ours.is_subset(&outside),
        "the demo depends on {:?}",
        ours.difference(&outside)
    );
}
