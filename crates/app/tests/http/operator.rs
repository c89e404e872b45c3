//! The commands of the operator: what stops a start, what is printed of the settings, and what the doctor finds.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::SystemTime;

use serde_json::Value;

use crate::harness::Stage;

const SERVE: &str = "serve --listen 127.0.0.1:0 --public-url http://127.0.0.1:8080";

fn mintage(directory: &Path, variables: &[(&str, &str)], arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mintage"));
    command
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(directory)
        .stdin(Stdio::null())
        .args(arguments.split(' '));
    command
}

fn run(directory: &Path, variables: &[(&str, &str)], arguments: &str) -> Output {
    let output = mintage(directory, variables, arguments).output();
    output.expect("a process")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The one line that a command which must fail prints to stderr.
fn complaint(directory: &Path, variables: &[(&str, &str)], arguments: &str) -> String {
    let output = run(directory, variables, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{arguments}: {said}");
    said
}

#[test]
fn a_setting_that_does_not_exist_stops_every_command_and_creates_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    let misspelt = [("MINTAGE_FEE_BPSS", "10")];
    for command in [SERVE, "migrate", "tenant list", "config"] {
        let said = complaint(directory, &misspelt, command);
        assert!(said.contains("did you mean MINTAGE_FEE_BPS?"), "{said}");
    }
    let doctor = run(directory, &misspelt, "doctor");
    assert_eq!(doctor.status.code(), Some(1));
    let printed = stdout(&doctor);
    assert!(
        printed.contains("FAIL  configuration: MINTAGE_FEE_BPSS"),
        "{printed}"
    );
    assert_eq!(names(directory), [""; 0]);

    fs::write(directory.join("mintage.toml"), "mintage_fee_bpss = 10").expect("a file");
    let said = complaint(directory, &[], SERVE);
    assert!(said.contains("mintage_fee_bpss is no setting"), "{said}");
    assert_eq!(names(directory), ["mintage.toml"]);
}

#[test]
fn live_mode_without_a_webhook_secret_stops_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let live = [
        ("STRIPE_CONNECT_CLIENT_ID", "ca_1"),
        ("STRIPE_SECRET_KEY", "sk_live_1"),
    ];
    let said = complaint(directory.path(), &live, SERVE);
    assert!(
        said.contains("STRIPE_CONNECT_WEBHOOK_SECRET: must be set in live mode"),
        "{said}"
    );
}

#[test]
fn the_settings_are_printed_with_their_source_and_without_secrets() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    fs::write(
        directory.join("mintage.toml"),
        "mintage_fee_bps = 70\nmintage_listen = '127.0.0.1:9'",
    )
    .expect("a file");
    let variables = [
        ("MINTAGE_LISTEN", "127.0.0.1:10"),
        ("MINTAGE_MASTER_KEY", &*format!("k7:{}", "5e".repeat(32))),
        ("STRIPE_SANDBOX_CONNECT_CLIENT_ID", "ca_1"),
        ("STRIPE_SANDBOX_SECRET_KEY", "sk_test_sesame"),
        ("MINTAGE_SMTP_URL", "smtps://u:sesame@mail.test"),
        ("MINTAGE_MAIL_FROM", "a@b.test"),
    ];
    let flag = "config --database-url postgres://u:sesame@h/d";
    let table = stdout(&run(directory, &variables, flag));
    assert!(
        !table.contains("sesame") && !table.contains("5e5e"),
        "{table}"
    );
    let json = stdout(&run(directory, &variables, &format!("{flag} --json")));
    let printed: BTreeMap<String, (String, Value)> = json
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| line[name].as_str().expect(name).to_owned();
            (text("setting"), (text("source"), line["value"].clone()))
        })
        .collect();
    for (setting, source, value) in [
        ("MINTAGE_LISTEN", "environment", "127.0.0.1:10"),
        ("MINTAGE_PUBLIC_URL", "default", "http://127.0.0.1:10"),
        ("MINTAGE_FEE_BPS", "mintage.toml", "70"),
        ("DATABASE_URL", "flag", "postgres://u:***@h/d"),
        ("MINTAGE_MASTER_KEY", "environment", "k7:***"),
        ("STRIPE_SANDBOX_SECRET_KEY", "environment", "sk_test_***"),
        ("MINTAGE_SMTP_URL", "environment", "smtps://u:***@mail.test"),
        ("STRIPE_API_URL", "default", "https://api.stripe.com"),
    ] {
        let expected = (source.to_owned(), Value::from(value));
        assert_eq!(printed[setting], expected, "{setting}");
    }
    assert_eq!(printed["STRIPE_SECRET_KEY"].1, Value::Null);
    // What cannot be used is printed too, and then named.
    let bad = run(directory, &[("MINTAGE_FEE_BPS", "x")], "config");
    assert_eq!(bad.status.code(), Some(1));
    let row = stdout(&bad);
    let row = row.lines().find(|line| line.starts_with("MINTAGE_FEE_BPS"));
    assert!(
        row.is_some_and(|row| row.ends_with("environment   x")),
        "{row:?}"
    );
    assert_eq!(names(directory), ["mintage.toml"], "nothing is created");
}

#[test]
fn completions_are_printed_for_each_shell() {
    let directory = tempfile::tempdir().expect("a directory");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(directory.path(), &[], &format!("completions {shell}"));
        assert!(output.status.success(), "{shell}");
        let script = stdout(&output);
        assert!(
            script.contains("completions") && script.contains("tenant"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let directory = tempfile::tempdir().expect("a directory");
    for arguments in [
        "openapi",
        "completions bash",
        "config",
        "doctor",
        "--help",
        "audit --help",
    ] {
        let mut command = mintage(directory.path(), &[], arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        drop(child.stdout.take());
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(
            child.wait().expect("an end").code(),
            Some(0),
            "{arguments}: {said}"
        );
        assert_eq!(said, "", "{arguments}");
    }
}

#[test]
fn the_doctor_changes_nothing_and_fails_without_a_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    let doctor = run(directory, &[], "doctor");
    assert_eq!(doctor.status.code(), Some(1));
    let printed = stdout(&doctor);
    assert!(
        printed.contains("FAIL  database: DATABASE_URL: there is no database mintage.db"),
        "{printed}"
    );
    assert!(printed.contains("FAIL  master key: "), "{printed}");
    assert_eq!(names(directory), [""; 0], "nothing is created");

    // Not migrated: an empty file, as an interrupted start may leave.
    fs::write(directory.join("mintage.db"), "").expect("a file");
    let printed = stdout(&run(directory, &[], "doctor"));
    assert!(printed.contains("are older than this version"), "{printed}");
    assert_eq!(names(directory), ["mintage.db"]);
    fs::remove_file(directory.join("mintage.db")).expect("the file");

    let create = "tenant create --tenant acme --email a@b.test";
    assert!(run(directory, &[], create).status.success());
    let before = contents(directory);
    let doctor = run(directory, &[], "doctor");
    assert_eq!(doctor.status.code(), Some(0), "{}", stdout(&doctor));
    assert!(stdout(&doctor).contains("ok    master key: k1 opens and seals"));
    assert_eq!(contents(directory), before);
}

#[test]
fn the_doctor_asks_stripe_about_keys_endpoint_and_clock_beside_a_running_server() {
    let mut stage = Stage::new();
    let apart = stage.serve_apart();
    let printed = stage.command_text(&["doctor"]).expect("all is well");
    for mode in ["sandbox", "live"] {
        for line in [
            "the secret key is of acct_",
            "a webhook endpoint sends every event to http",
        ] {
            let line = format!("ok    Stripe {mode}: {line}");
            assert!(printed.contains(&line), "{line}: {printed}");
        }
    }
    assert!(
        printed.contains("ok    clock: agrees with Stripe's"),
        "{printed}"
    );
    drop(apart);

    let stage = Stage::silent(&[
        ("STRIPE_SANDBOX_SECRET_KEY", "sk_test_nobodys"),
        ("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", ""),
    ]);
    let printed = stage.failing_command_text(&["doctor"]);
    for line in [
        "FAIL  Stripe sandbox: Stripe does not accept the secret key",
        "FAIL  Stripe sandbox: no webhook secret is set",
        "FAIL  Stripe live: there is no webhook endpoint http",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
}

#[test]
fn the_doctor_finds_a_clock_that_differs_from_stripes() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    // A Stripe of the past, which refuses the key: the time is known nevertheless.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 401 Unauthorized\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
                  Content-Length: 2\r\nConnection: close\r\n\r\n{}",
            );
        }
    });
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("http://{address}");
    let variables = [
        ("STRIPE_API_URL", url.as_str()),
        ("STRIPE_SANDBOX_CONNECT_CLIENT_ID", "ca_1"),
        ("STRIPE_SANDBOX_SECRET_KEY", "sk_test_1"),
    ];
    let printed = stdout(&run(directory.path(), &variables, "doctor"));
    assert!(printed.contains("FAIL  clock: "), "{printed}");
    assert!(printed.contains(" s ahead of Stripe's"), "{printed}");
}

#[test]
fn help_spells_the_tenant_in_one_way() {
    let directory = tempfile::tempdir().expect("a directory");
    let said = complaint_of_clap(directory.path(), "tenant mail --id acme --off");
    assert!(said.contains("unexpected argument '--id'"), "{said}");
    for command in [
        "tenant mail",
        "tenant plan",
        "tenant create",
        "license list",
        "token list",
    ] {
        let help = stdout(&run(directory.path(), &[], &format!("{command} --help")));
        assert!(help.contains("--tenant <TENANT>"), "{command}: {help}");
    }
}

fn complaint_of_clap(directory: &Path, arguments: &str) -> String {
    let output = run(directory, &[], arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(directory: &Path) -> Vec<String> {
    contents(directory).into_keys().collect()
}

/// The files of a directory, with when each was changed, and a hash of its bytes. SQLite's index of the log
/// holds nothing that lasts, and is changed by readers.
fn contents(directory: &Path) -> BTreeMap<String, Option<(SystemTime, u64)>> {
    let entries = fs::read_dir(directory).expect("a directory");
    let each = entries.map(|entry| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with("-shm") {
            return (name, None);
        }
        let changed = entry.metadata().and_then(|it| it.modified());
        let mut hash = DefaultHasher::new();
        fs::read(entry.path()).expect("a file").hash(&mut hash);
        (name, Some((changed.expect("a time"), hash.finish())))
    });
    each.collect()
}
