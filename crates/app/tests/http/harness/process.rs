//! The server as a process of its own, and its log.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::stage::Settings;

/// `mintage serve`, logging at trace level. Dropping it ends it at once.
pub(crate) struct Apart {
    settings: Settings,
    directory: PathBuf,
    process: Child,
}

const LOG: &str = "server.log";

impl Apart {
    pub(super) fn start(settings: &Settings, directory: &Path) -> Self {
        let log = File::create(directory.join(LOG)).expect("a log");
        let mut command = mintage(settings, directory);
        let command = command.arg("serve").env("RUST_LOG", "trace").stderr(log);
        Self {
            settings: settings.clone(),
            directory: directory.to_owned(),
            process: command.spawn().expect("a process"),
        }
    }

    /// Runs a command beside the server; returns the JSON that it prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        let output = mintage(&self.settings, &self.directory)
            .args(arguments)
            .output()
            .expect("a process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// The hex digits of the master key, made on the first start.
    pub(crate) fn master_key(&self) -> String {
        let path = self.directory.join("mintage.db.key");
        let text = std::fs::read_to_string(path).expect("a key");
        let (_, digits) = text.trim().split_once(':').expect("an id and a key");
        digits.to_owned()
    }

    /// All that it has logged so far.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.directory.join(LOG)).expect("a log");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The command with the settings as its only environment.
pub(super) fn mintage(settings: &Settings, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mintage"));
    command
        .env_clear()
        .envs(settings)
        .current_dir(directory)
        .stdin(Stdio::null());
    command
}

impl Drop for Apart {
    fn drop(&mut self) {
        // A process that has ended by itself has stopped as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
