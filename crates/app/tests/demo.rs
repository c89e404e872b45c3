//! `mintage demo`, as a person runs it.

#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    reason = "a program that cannot be run is a failed test"
)]

use std::process::{Command, Output};

fn demo(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mintage"))
        .arg("demo")
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// The rows of the final table, cell by cell; cells are parted by at least two spaces.
fn table(printed: &str) -> Vec<Vec<&str>> {
    let lines = printed
        .lines()
        .skip_while(|line| !line.starts_with("key type "));
    let rows = lines.skip(1).take_while(|line| !line.is_empty());
    rows.map(|row| {
        row.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect()
    })
    .collect()
}

fn holds(arguments: &[&str]) {
    let output = demo(arguments, &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(!printed.contains('\x1b'), "colours where no terminal is");
    let rows = table(&printed);
    let prices: Vec<_> = rows.iter().map(|row| (row[1], row[2])).collect();
    let fees = [
        ("$9.99", "$0.05"),
        ("$29.00", "$0.15"),
        ("$49.00", "$0.25"),
        ("$99.00", "$0.50"),
        ("$199.00", "$1.00"),
    ];
    assert_eq!(prices, fees);
    let bought = rows.iter().filter(|row| row[3].starts_with("ACME-"));
    let fates: Vec<_> = bought.map(|row| (row[0], &row[4..])).collect();
    let fate: &[&str] = &["verified", "VALID", "REVOKED"];
    assert_eq!(fates, [("lifetime", fate)]);
    assert!(printed.ends_with("Every step held.\n"), "{printed}");
}

#[test]
fn the_whole_path_holds_on_sqlite() {
    holds(&[]);
}

#[test]
fn the_whole_path_holds_on_postgres() {
    holds(&["--postgres"]);
}

#[test]
fn what_cannot_begin_fails_with_a_sentence() {
    let output = demo(&[], &[("TMPDIR", "/nowhere")]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        printed.contains("FAILED cannot make a temporary directory"),
        "{printed}"
    );
    assert!(!printed.contains("Every step held"), "{printed}");
}
