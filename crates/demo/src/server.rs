//! The server, as an operator runs it: a process of its own, told everything by its environment.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::waiting::until;

/// Variables of the machine, not of Mintage, that a process needs to find its way.
const PASSED_ON: [&str; 5] = [
    "HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "RUST_BACKTRACE",
    "TMPDIR",
];

/// Lines of the log that tell why a server ended.
const TAIL: usize = 20;

/// How long a server that was asked to stop may finish what it does.
const GRACE: Duration = Duration::from_secs(5);

/// What `mintage` is run with: its variables and its working directory.
pub(crate) struct Surroundings {
    variables: Vec<(&'static str, String)>,
    directory: PathBuf,
}

/// A running server. Dropping it ends it at once.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Surroundings {
    pub(crate) fn new(directory: &Path, variables: Vec<(&'static str, String)>) -> Self {
        Self {
            variables,
            directory: directory.to_owned(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "hands variables of the machine on, unread"
    )]
    fn mintage(&self) -> Outcome<Command> {
        let program =
            std::env::current_exe().map_err(Failure::to("find the program that is running"))?;
        let passed_on = PASSED_ON.iter();
        let passed_on = passed_on.filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(passed_on)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a command to its end and reads the JSON it prints.
    ///
    /// # Errors
    /// When it fails, with what it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome<Value> {
        let what = format!("mintage {}", arguments.join(" "));
        let output = self.mintage()?.args(arguments).output();
        let output = output.map_err(Failure::to(&format!("run {what}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.trim();
            return Err(Failure::new(format!(
                "{what} ends with {}: {said}",
                output.status
            )));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(Failure::to(&format!("read what {what} prints")))
    }

    /// Starts the server; what it says goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn serve(&self, log: PathBuf) -> Outcome<Server> {
        let begin = || -> io::Result<(File, File)> {
            let said = File::create(&log)?;
            Ok((said.try_clone()?, said))
        };
        let (out, err) = begin().map_err(Failure::to("write the server's log"))?;
        let mut command = self.mintage()?;
        command.arg("serve").stdout(out).stderr(err);
        let child = command.spawn().map_err(Failure::to("start the server"))?;
        Ok(Server { child, log })
    }
}

impl Server {
    /// Waits until the server at this address says that it is ready.
    ///
    /// # Errors
    /// When it ended instead, or takes too long.
    pub(crate) async fn ready(&mut self, url: &str) -> Outcome<()> {
        let client = Client::silent();
        until("the server to be ready", async || {
            self.alive()?;
            // Until it listens, there is no answer at all.
            let answer = client.get(format!("{url}/readyz")).send().await;
            Ok(answer
                .is_ok_and(|answer| answer.status() == 200)
                .then_some(()))
        })
        .await
    }

    /// Holds that the server still runs.
    ///
    /// # Errors
    /// When it ended, with its exit status.
    pub(crate) fn alive(&mut self) -> Outcome<()> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(Failure::new(format!("the server ended with {status}"))),
            Err(error) => Err(Failure::to("look after the server")(error)),
        }
    }

    /// The last lines it wrote.
    pub(crate) fn log_tail(&self) -> String {
        match std::fs::read_to_string(&self.log) {
            Ok(log) => tail(&log),
            Err(error) => format!("(the server's log cannot be read: {error})"),
        }
    }

    /// Asks the server to finish what it does, and ends it if it does not.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        // Where there is no such program, or the server is gone, dropping it is all there is to do.
        if asked.is_ok_and(|status| status.success()) {
            let asked_at = Instant::now();
            while asked_at.elapsed() < GRACE && self.alive().is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::{TAIL, tail};

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        let log: Vec<String> = (0..=TAIL).map(|line| line.to_string()).collect();
        assert_eq!(tail(&log.join("\n")), log[1..].join("\n"));
        assert_eq!(tail("only\n"), "only");
        assert_eq!(tail(""), "");
    }
}
