//! The master key: proved before anything is done, never replaced, and changed by a command.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::harness::{Request, Seller, Stage};

const KEY_FILE: &str = "mintage.db.key";

fn mintage(directory: &Path, key: Option<&str>, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mintage"))
        .env_clear()
        .envs(key.map(|key| ("MINTAGE_MASTER_KEY", key)))
        .current_dir(directory)
        .args(arguments.split(' '))
        .output()
        .expect("a process")
}

fn succeeds(directory: &Path, key: Option<&str>, arguments: &str) -> String {
    let output = mintage(directory, key, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

/// Runs a command that must fail with one line; returns the line, or for the doctor what it finds.
fn fails(directory: &Path, key: Option<&str>, arguments: &str) -> String {
    let output = mintage(directory, key, arguments);
    assert!(!output.status.success(), "{arguments} succeeded");
    let said = String::from_utf8(output.stderr).expect("text");
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("mintage: "))
        .collect();
    let [line] = lines.as_slice() else {
        panic!("{arguments}: {said}");
    };
    if arguments == "doctor" {
        return String::from_utf8(output.stdout).expect("text");
    }
    (*line).to_owned()
}

/// A directory with a database that has a tenant.
fn installed(key: Option<&str>) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let create = "tenant create --tenant acme --email a@b.test";
    succeeds(directory.path(), key, create);
    directory
}

fn key(id: &str, digits: &str) -> String {
    format!("{id}:{}", digits.repeat(32))
}

const SERVE: &str = "serve --listen 127.0.0.1:0 --public-url http://127.0.0.1:8080";

#[test]
fn a_wrong_or_missing_key_stops_server_and_commands_with_a_sentence_and_nothing_is_written() {
    let right = key("k1", "c4");
    let directory = installed(Some(&right));
    // Not the bytes of the file: SQLite moves what was written before from its log when it closes.
    let rows = || {
        ["tenant list --json", "audit list --tenant acme --json"]
            .map(|command| succeeds(directory.path(), Some(&right), command))
    };
    let before = rows();
    for (wrong, complaint) in [
        (key("k1", "d5"), "`k1` is not the one that sealed"),
        (key("k2", "c4"), "`k1` sealed secrets"),
        (
            format!("{},{}", key("k2", "c4"), key("k1", "d5")),
            "`k1` is not the one that sealed",
        ),
        (key("k1", "00"), "all zero"),
    ] {
        let wrong = Some(wrong.as_str());
        for command in [
            SERVE,
            "doctor",
            "tenant plan --tenant acme --plan free",
            "keys reseal",
        ] {
            let said = fails(directory.path(), wrong, command);
            assert!(said.contains(complaint), "{command}: {said}");
        }
    }
    assert_eq!(before, rows(), "nothing is written");
    assert!(!directory.path().join(KEY_FILE).exists());
    let doctor = succeeds(directory.path(), Some(&right), "doctor");
    assert!(doctor.contains("ok    master key: k1 opens"), "{doctor}");
}

#[test]
fn a_key_file_is_created_for_a_new_database_only() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(KEY_FILE);
    succeeds(directory.path(), None, "migrate");
    assert!(!path.exists(), "a migration seals nothing");
    let said = fails(directory.path(), None, "doctor");
    assert!(said.contains("mintage.db.key is missing"), "{said}");
    assert!(!path.exists(), "the doctor creates nothing");
    succeeds(directory.path(), None, "tenant list");
    let mode = fs::metadata(&path)
        .expect("a key file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let kept = fs::read_to_string(&path).expect("a key");
    fs::remove_file(&path).expect("the key is lost");
    for command in [SERVE, "doctor", "tenant list"] {
        let said = fails(directory.path(), None, command);
        assert!(said.contains("mintage.db.key is missing"), "{said}");
        assert!(!path.exists(), "{command}");
    }
    fs::write(&path, kept).expect("the key is restored");
    succeeds(directory.path(), None, "doctor");
}

#[test]
fn a_key_in_a_variable_is_retired_by_resealing() {
    let (old, new) = (key("k1", "c4"), key("k2", "d5"));
    let directory = installed(Some(&old));
    let both = format!("{new},{old}");
    let said = succeeds(directory.path(), Some(&both), "keys reseal");
    assert!(
        said.contains("nothing is sealed with k1 any more"),
        "{said}"
    );
    succeeds(directory.path(), Some(&new), "doctor");
    let said = fails(directory.path(), Some(&old), "doctor");
    assert!(said.contains("`k2` sealed secrets"), "{said}");
    let said = fails(directory.path(), Some(&new), "keys rotate");
    assert!(said.contains("only the key file"), "{said}");
}

#[test]
fn a_rotated_key_file_opens_what_the_old_key_sealed_and_the_old_key_can_be_removed() {
    let mut stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let api_key = seller.api_key("pro", "FULL", "live");
    let said = stage
        .command_text(&["keys", "rotate"])
        .expect_err("a server runs");
    assert!(said.contains("another server"), "{said}");
    stage.stop();
    let said = stage
        .command_text(&["keys", "rotate"])
        .expect("the key is rotated");
    assert!(said.contains("the new master key k2"), "{said}");
    assert!(said.contains("2 secrets were sealed again"), "{said}");

    let path = stage.path(KEY_FILE);
    let text = fs::read_to_string(&path).expect("keys");
    let (new, old) = text.split_once('\n').expect("two lines");
    assert!(new.starts_with("k2:") && old.starts_with("k1:"));
    let mode = fs::metadata(&path)
        .expect("a key file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(&path, new).expect("the old key is removed");
    stage.restart(&[]);
    // The secret of the API key opens, or the signature could not be checked.
    let answer = seller.validate(&api_key, "ACME-0000-0000-0000-0000");
    assert_eq!(answer["valid"], false);
    seller.manage(Request::get("/v1/products")).expect(200);
}
