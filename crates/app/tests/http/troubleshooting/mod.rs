//! `docs/TROUBLESHOOTING.md`: each problem is caused as the page says, is seen as the page says, and is mended
//! as the page says. The test of a problem has the name of its heading.

mod case;
mod checkout;
mod connecting;
mod keys;
mod licenses;
mod payments;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use case::{Row, page};

/// The parts of every problem.
const PARTS: [&str; 4] = [
    "**Cause it here.**",
    "**The caller sees.**",
    "**The operator sees.**",
    "**Mend it.**",
];

/// The names of the tests in a source.
fn tests_in(source: &str) -> impl Iterator<Item = String> {
    let functions = source.split("#[test]\nfn ").skip(1);
    functions.filter_map(|rest| Some(rest.split_once("()")?.0.replace('_', "-")))
}

#[test]
fn every_problem_on_the_page_has_a_test_of_its_name_and_every_test_a_problem() {
    let page = page();
    let headings: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| {
            heading
                .split_once(": ")
                .expect("a name and a title")
                .0
                .to_owned()
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/troubleshooting");
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let source = fs::read_to_string(&path).expect("a source");
        if path.ends_with("mod.rs") {
            continue;
        }
        for name in tests_in(&source) {
            assert!(
                source.contains(&format!("(\"{name}\"")),
                "{name} does not read its row"
            );
            tests.insert(name);
        }
    }
    assert!(tests.len() >= 14, "{tests:?}");
    assert_eq!(headings, tests);
    for name in headings {
        let row = Row::of(&name);
        for part in PARTS {
            row.says(part);
        }
        let link = format!("](#{name}-");
        assert!(page.contains(&link), "the list at the top has no {link}");
    }
}
