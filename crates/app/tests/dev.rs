//! `mintage dev`, as a person runs it: started, tried by the commands it prints, and stopped.

#![cfg(feature = "demo")]
#![expect(
    clippy::unwrap_used,
    reason = "a program that cannot be run is a failed test"
)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// No line of a sound program takes longer to come.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running `mintage dev`. Dropped in a failing test, it is asked to stop, too.
struct Dev {
    child: Child,
    lines: Receiver<String>,
    /// What it printed until it was ready.
    hints: String,
}

impl Dev {
    fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[])
    }

    fn start_with(directory: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mintage"))
            .arg("dev")
            .args(arguments)
            // The database of a real server, which must not be touched.
            .env("DATABASE_URL", "sqlite://real.db")
            .current_dir(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let (into, lines) = channel();
        // It reads on when the test is over, so that the program never waits for a reader.
        thread::spawn(move || {
            for line in printed.map_while(Result::ok) {
                let _ = into.send(line);
            }
        });
        let mut dev = Self {
            child,
            lines,
            hints: String::new(),
        };
        dev.wait_until_ready();
        dev
    }

    fn wait_until_ready(&mut self) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            match line.as_deref() {
                Ok("Deliveries to the receiver:") => return,
                Ok(line) => self.hints.extend([line, "\n"]),
                Err(error) => panic!("{error}, after: {}", self.hints),
            }
        }
    }

    /// The value that it printed beside a name.
    fn value(&self, name: &str) -> &str {
        let line = self.hints.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim()
    }

    /// The paragraph of a command that it printed.
    fn command(&self, start: &str) -> &str {
        let mut paragraphs = self.hints.split("\n\n");
        let found = paragraphs.find(|paragraph| paragraph.trim_start().starts_with(start));
        found.unwrap()
    }

    fn terminate(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.terminate();
        }
    }
}

/// What a command prints, in this directory and with our program at hand.
fn shell(directory: &Path, command: &str) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_mintage")).parent().unwrap();
    let output = Command::new("sh")
        .args([
            "-c",
            &format!("PATH={}:$PATH\n{command}", programs.display()),
        ])
        .current_dir(directory)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}\n{told}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_printed_commands_sell_a_license_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut first = Dev::start(directory);
    let made = shell(directory, first.command("DATABASE_URL="));
    assert!(made.contains("management token  mt_"), "{made}");
    let checkout_key = first.value("checkout key").to_owned();
    assert!(first.terminate().success());

    let mut again = Dev::start(directory);
    assert_eq!(again.value("checkout key"), checkout_key);
    let opened = json(&shell(directory, again.command("curl -X POST")));
    let page = opened["url"].as_str().unwrap_or_else(|| panic!("{opened}"));
    let card = "email=buyer@example.com&method=card&card_number=4242424242424242\
                &expiry=12/34&cvc=123";
    shell(directory, &format!("curl -sS --fail -d '{card}' '{page}'"));
    let delivered = loop {
        let line = again.lines.recv_timeout(PATIENCE).unwrap();
        if line.contains("license.created") {
            break line;
        }
    };
    assert!(delivered.ends_with("(signature verified)"), "{delivered}");
    let licenses = shell(directory, again.command("curl http"));
    let licenses = json(&licenses)["items"].as_array().map(Vec::len);
    assert_eq!(licenses, Some(1));
    assert!(again.terminate().success());
}

#[test]
fn listen_database_and_configuration_file_are_those_of_the_flags() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    std::fs::write(directory.join("my.toml"), "mintage_rates = 'token=777'").unwrap();
    let database = "sqlite://other.db";
    let arguments = [
        "--listen",
        &address,
        "--database-url",
        database,
        "--config",
        "my.toml",
    ];
    let mut dev = Dev::start_with(directory, &arguments);
    let server = dev.value("server").to_owned();
    assert_eq!(server, format!("http://{address}"));
    let token = dev.value("management token").to_owned();
    let call = format!("curl -sSi {server}/v1/licenses -H 'Authorization: Bearer {token}'");
    let answer = shell(directory, &call);
    assert!(answer.contains("\"token\";q=777;"), "{answer}");
    assert!(dev.terminate().success());
    let exists = |name: &str| directory.join(name).exists();
    assert!(exists("other.db") && exists("other.json") && exists("other.db.key"));
    assert!(!exists("mintage-dev.db") && !exists("mintage-dev.json") && !exists("real.db"));

    for (wrong, said) in [
        (
            ["--listen", "nowhere"],
            "MINTAGE_LISTEN: must be an address",
        ),
        (["--config", "none.toml"], "none.toml: "),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_mintage"))
            .arg("dev")
            .args(wrong)
            .current_dir(directory)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn a_database_without_its_secrets_is_not_begun_upon() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("mintage-dev.db"), "").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mintage"))
        .arg("dev")
        .current_dir(directory.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        printed.contains("remove the database to begin anew"),
        "{printed}"
    );
}
