//! Runs `pgbench`, which comes with PostgreSQL.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{BenchError, BenchResult};
use crate::load::Measured;
use crate::process::cpu::Watched;
use crate::stats::Latencies;

/// The part of the transactions whose time is logged.
const SAMPLED: f64 = 0.2;

/// For how long nothing is counted: each connection has to plan the statement first.
const WARM_UP: Duration = Duration::from_secs(1);

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
    /// For how long it runs besides the window.
    pub(crate) const MORE_TIME: Duration = Duration::from_secs(3);

    /// Runs the script by all clients, and counts for the time of the window, rounded up to seconds.
    pub(crate) fn run(&self) -> BenchResult<Measured> {
        let directory = tempfile::tempdir().map_err(BenchError::cannot("create a directory"))?;
        let script = directory.path().join("script.sql");
        fs::write(&script, self.script).map_err(BenchError::cannot("write a script"))?;
        // The report of the last second is missing now and then.
        let counted = self.window.as_secs_f64().ceil().max(1.0);
        let seconds = WARM_UP.as_secs_f64() + counted + 1.0;
        let before = self.watched.sample();
        let output = Command::new(self.program)
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--log",
                "--progress=1",
            ])
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
        let reports = String::from_utf8_lossy(&output.stderr);
        let result = Printed::parse(&printed).filter(|it| it.failed == 0);
        let rate = rate(&reports, WARM_UP.as_secs_f64(), counted);
        let (Some(result), Some(rate), true) = (result, rate, output.status.success()) else {
            return Err(BenchError::new(format!(
                "pgbench failed: {printed}{reports}"
            )));
        };
        let done = result.transactions;
        let mut measured = Measured::of(logged(directory.path())?, 1.0, cpu, done, done);
        measured.rate = rate;
        Ok(measured)
    }
}

/// The mean of the rates that are reported second by second, after the warm-up and for the counted time.
fn rate(reports: &str, warm_up: f64, counted: f64) -> Option<f64> {
    let reports = reports.lines().filter_map(|line| {
        let (time, rest) = line.strip_prefix("progress: ")?.split_once(" s, ")?;
        let (rate, _) = rest.split_once(" tps")?;
        Some((time.parse::<f64>().ok()?, rate.parse::<f64>().ok()?))
    });
    let reports = reports.filter(|(time, _)| *time > warm_up + 0.5);
    let rates = reports.filter(|(time, _)| *time < warm_up + counted + 0.5);
    let rates: Vec<f64> = rates.map(|(_, rate)| rate).collect();
    let count = u32::try_from(rates.len()).ok().filter(|count| *count > 0)?;
    Some(rates.iter().sum::<f64>() / f64::from(count))
}

/// The times of the transactions that ended after the warm-up.
fn logged(directory: &Path) -> BenchResult<Latencies> {
    let mut ended = Vec::new();
    let entries = fs::read_dir(directory).map_err(BenchError::cannot("find pgbench's logs"))?;
    let logs = entries.flatten().map(|entry| entry.path());
    for log in logs.filter(|path| is_log(path)) {
        let text = fs::read_to_string(log).map_err(BenchError::cannot("read pgbench's log"))?;
        ended.extend(text.lines().filter_map(Logged::parse));
    }
    let first = ended.iter().map(|it| it.at).min().unwrap_or_default();
    let mut latencies = Latencies::default();
    let counted = ended.iter().filter(|it| it.at >= first + WARM_UP);
    counted.for_each(|it| latencies.add(it.micros));
    Ok(latencies)
}

fn is_log(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log"))
}

/// A transaction in the log.
#[derive(Debug, PartialEq, Eq)]
struct Logged {
    micros: u32,
    /// When it ended.
    at: Duration,
}

impl Logged {
    /// Reads a line: client, number, microseconds, script, seconds, microseconds of the second.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ').skip(2);
        let micros = fields.next()?.parse().ok()?;
        let seconds = fields.nth(1)?.parse().ok()?;
        let rest = fields.next()?.parse().ok()?;
        Some(Self {
            micros,
            at: Duration::from_secs(seconds) + Duration::from_micros(rest),
        })
    }
}

/// What `pgbench` prints at its end.
#[derive(Debug, PartialEq)]
struct Printed {
    transactions: u64,
    failed: u64,
}

impl Printed {
    fn parse(text: &str) -> Option<Self> {
        let after = |label: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(label))?;
            line.trim().split([' ', '/']).next().map(str::to_owned)
        };
        let failed = after("number of failed transactions:");
        Some(Self {
            transactions: after("number of transactions actually processed:")?
                .parse()
                .ok()?,
            failed: failed.map_or(Some(0), |it| it.parse().ok())?,
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
            number of failed transactions: 2 (0.000%)\n\
            tps = 617.25 (without initial connection time)\n";
        let expected = Printed {
            transactions: 1234,
            failed: 2,
        };
        assert_eq!(Printed::parse(text), Some(expected));
        let older = text.replace("number of failed transactions", "x");
        assert_eq!(Printed::parse(&older).map(|it| it.failed), Some(0));
        assert_eq!(Printed::parse("pgbench: error: no"), None);
    }

    #[test]
    fn the_rate_is_that_of_the_seconds_after_the_warm_up() {
        let reports = "pgbench (15)\n\
            progress: 1.0 s, 10.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n\
            progress: 2.0 s, 100.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n\
            progress: 3.0 s, 200.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n\
            progress: 4.0 s, 999.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n";
        assert_eq!(rate(reports, 1.0, 2.0), Some(150.0));
        assert_eq!(rate(reports, 1.0, 1.0), Some(100.0));
        assert_eq!(rate("pgbench: error", 1.0, 2.0), None);
    }

    #[test]
    fn a_line_of_the_log_has_a_time_and_an_end() {
        let logged = Logged {
            micros: 321,
            at: Duration::from_micros(7_000_009),
        };
        assert_eq!(Logged::parse("0 17 321 0 7 9"), Some(logged));
        assert_eq!(Logged::parse("0 17 321"), None);
    }
}
