//! Runs SQL with `psql`, so that no driver is needed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// How many seconds `psql` waits for a server to answer.
const CONNECT_TIMEOUT: &str = "10";

/// A `psql` program.
#[derive(Debug)]
pub(crate) struct Psql(PathBuf);

impl Psql {
    pub(crate) fn at(program: &Path) -> Self {
        Self(program.to_owned())
    }

    /// Runs SQL on the database of this URL. Returns rows as lines, with `|` between columns.
    pub(crate) fn run(&self, url: &str, sql: &str) -> Result<String, Error> {
        let output = Command::new(&self.0)
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-align",
                "--tuples-only",
                "--no-password",
            ])
            .args([
                "--set",
                "ON_ERROR_STOP=1",
                "--dbname",
                url,
                "--command",
                sql,
            ])
            .env("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT)
            .stdin(Stdio::null())
            .output()
            .map_err(Error::system("run psql"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout)
                .trim_end()
                .to_owned())
        } else {
            Err(Error::Sql {
                message: String::from_utf8_lossy(&output.stderr).into_owned(),
            })
        }
    }
}
