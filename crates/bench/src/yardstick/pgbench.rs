//! Runs `pgbench`, which comes with PostgreSQL.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{BenchError, BenchResult};
use crate::load::Measured;
use crate::process::cpu::Watched;
use crate::stats::Latencies;

/// One of this many transactions has its time logged.
const SAMPLED: f64 = 0.2;

/// A run of `pgbench`.
#[derive(Debug)]
pub(crate) struct Pgbench<'a> {
    pub(crate) program: &'a Path,
    /// The URL of the database.
    pub(crate) url: &'a str,
    pub(crate) script: &'a str,
    pub(crate) clients: usize,
    /// The number of the first order, for scripts that pay orders.
    pub(crate) first_order: u64,
    pub(crate) window: Duration,
    pub(crate) watched: &'a Watched,
}

impl Pgbench<'_> {
    /// Runs the script by all clients for the time of the window, rounded up to seconds.
    pub(crate) fn run(&self) -> BenchResult<Measured> {
        let directory = tempfile::tempdir().map_err(BenchError::cannot("create a directory"))?;
        let script = directory.path().join("script.sql");
        fs::write(&script, self.script).map_err(BenchError::cannot("write a script"))?;
        let seconds = self.window.as_secs_f64().ceil().max(1.0);
        let before = self.watched.sample();
        let output = Command::new(self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--log"])
            .arg(format!("--sampling-rate={SAMPLED}"))
            .arg(format!("--client={}", self.clients))
            .arg(format!("--jobs={}", self.clients.min(2)))
            .arg(format!("--time={seconds}"))
            .arg(format!("--define=clients={}", self.clients))
            .arg(format!("--define=base={}", self.first_order))
            .arg("--define=i=0")
            .arg("--file")
            .arg(&script)
            .arg(self.url)
            // As the product does: a statement is planned once.
            .env(
                "PGOPTIONS",
                "-c plan_cache_mode=force_generic_plan -c jit=off",
            )
            .current_dir(directory.path())
            .output()
            .map_err(BenchError::cannot("run pgbench"))?;
        let cpu = self.watched.sample().since(before);
        let printed = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let result = Printed::parse(&printed).filter(|it| it.failed == 0);
        let Some(result) = result.filter(|_| output.status.success()) else {
            return Err(BenchError::new(format!(
                "pgbench failed: {printed}{errors}"
            )));
        };
        let latencies = logged(directory.path())?;
        let done = result.transactions;
        let mut measured = Measured::of(latencies, 1.0, cpu, done, done);
        measured.rate = result.rate;
        Ok(measured)
    }
}

/// The times in the logs, in the third column in microseconds.
fn logged(directory: &Path) -> BenchResult<Latencies> {
    let mut latencies = Latencies::default();
    let entries = fs::read_dir(directory).map_err(BenchError::cannot("find pgbench's logs"))?;
    let logs = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_log(path));
    for log in logs {
        let text = fs::read_to_string(log).map_err(BenchError::cannot("read pgbench's log"))?;
        for line in text.lines() {
            let micros = line.split(' ').nth(2).and_then(|text| text.parse().ok());
            latencies.add(micros.unwrap_or(u32::MAX));
        }
    }
    Ok(latencies)
}

fn is_log(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log"))
}

/// What `pgbench` prints at its end.
#[derive(Debug, PartialEq)]
struct Printed {
    transactions: u64,
    failed: u64,
    rate: f64,
}

impl Printed {
    fn parse(text: &str) -> Option<Self> {
        let after = |label: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(label))?;
            line.trim().split([' ', '/']).next().map(str::to_owned)
        };
        Some(Self {
            transactions: after("number of transactions actually processed:")?
                .parse()
                .ok()?,
            failed: after("number of failed transactions:")
                .map_or(Some(0), |it| it.parse().ok())?,
            rate: after("tps =")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_is_read() {
        let text = "transaction type: script.sql\n\
            number of transactions actually processed: 1234\n\
            number of failed transactions: 0 (0.000%)\n\
            latency average = 1.2 ms\n\
            tps = 617.25 (without initial connection time)\n";
        let expected = Printed {
            transactions: 1234,
            failed: 0,
            rate: 617.25,
        };
        assert_eq!(Printed::parse(text), Some(expected));
        let older = text.replace("number of failed transactions", "x");
        assert!(Printed::parse(&older).is_some());
        assert_eq!(Printed::parse("pgbench: error: no"), None);
    }
}
