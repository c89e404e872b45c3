//! The server as an operator runs it: a process that is configured by its environment.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;
use crate::step_error::{StepError, StepResult};
use crate::wait::wait_until;

/// Variables of the machine that a process needs to run, and that do not configure Mintage.
const INHERITED_VARIABLES: [&str; 5] = [
    "HOME",
    "LD_LIBRARY_PATH",
    "PATH",
    "RUST_BACKTRACE",
    "TMPDIR",
];

/// How many lines of the log are printed when a server ends.
const TAIL_LINES: usize = 20;

/// How long a server may take to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// How the commands of `mintage` are run: their variables and their working directory.
pub(crate) struct ServerCommand {
    variables: Vec<(&'static str, String)>,
    directory: PathBuf,
    config: Option<PathBuf>,
}

/// A running server. Dropping it kills the process.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl ServerCommand {
    pub(crate) fn new(
        directory: &Path,
        variables: Vec<(&'static str, String)>,
        config: Option<PathBuf>,
    ) -> Self {
        Self {
            variables,
            directory: directory.to_owned(),
            config,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "passes variables of the machine on"
    )]
    fn command(&self) -> StepResult<Command> {
        let program = std::env::current_exe()
            .map_err(StepError::cannot("find the program that is running"))?;
        let inherited = INHERITED_VARIABLES.iter();
        let inherited = inherited.filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(inherited)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        Ok(command)
    }

    /// Runs a command to its end and returns the JSON that it prints.
    ///
    /// # Errors
    /// The command fails; the error contains what the command prints to stderr.
    pub(crate) fn run(&self, arguments: &[&str]) -> StepResult<Value> {
        let what = format!("mintage {}", arguments.join(" "));
        let output = self.command()?.args(arguments).output();
        let output = output.map_err(StepError::cannot(&format!("run {what}")))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let stderr = stderr.trim();
            return Err(StepError::new(format!(
                "{what} ended with {}: {stderr}",
                output.status
            )));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(StepError::cannot(&format!("read the output of {what}")))
    }

    /// Starts the server, which writes its output to `log`.
    ///
    /// # Errors
    /// The server cannot be started.
    pub(crate) fn serve(&self, log: PathBuf) -> StepResult<Server> {
        let open_log = || -> io::Result<(File, File)> {
            let file = File::create(&log)?;
            Ok((file.try_clone()?, file))
        };
        let (out, err) = open_log().map_err(StepError::cannot("write the server's log"))?;
        let mut command = self.command()?;
        command.arg("serve").stdout(out).stderr(err);
        let child = command
            .spawn()
            .map_err(StepError::cannot("start the server"))?;
        Ok(Server { child, log })
    }
}

impl Server {
    /// Waits until the server at this URL is ready.
    ///
    /// # Errors
    /// The server ended, or takes too long.
    pub(crate) async fn wait_until_ready(&mut self, url: &str) -> StepResult<()> {
        let client = Client::silent();
        wait_until("the server to be ready", async || {
            self.check_running()?;
            // A server that does not listen yet refuses the connection.
            let response = client.get(format!("{url}/readyz")).send().await;
            Ok(response
                .is_ok_and(|response| response.status() == 200)
                .then_some(()))
        })
        .await
    }

    /// Checks that the server still runs.
    ///
    /// # Errors
    /// The server ended; the error contains its exit status.
    pub(crate) fn check_running(&mut self) -> StepResult<()> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(StepError::new(format!("the server ended with {status}"))),
            Err(error) => Err(StepError::cannot("watch the server")(error)),
        }
    }

    /// The last lines of the log.
    pub(crate) fn log_tail(&self) -> String {
        match std::fs::read_to_string(&self.log) {
            Ok(log) => tail(&log),
            Err(error) => format!("(the server's log cannot be read: {error})"),
        }
    }

    /// Asks the server to stop, and kills the process if it does not stop in time.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        // Without a program `kill`, dropping the server still kills the process.
        if asked.is_ok_and(|status| status.success()) {
            let asked_at = Instant::now();
            while asked_at.elapsed() < SHUTDOWN_GRACE && self.check_running().is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::{TAIL_LINES, tail};

    #[test]
    fn the_tail_of_a_log_is_its_last_lines() {
        let log: Vec<String> = (0..=TAIL_LINES).map(|line| line.to_string()).collect();
        assert_eq!(tail(&log.join("\n")), log[1..].join("\n"));
        assert_eq!(tail("only\n"), "only");
        assert_eq!(tail(""), "");
    }
}
