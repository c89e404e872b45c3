//! `mintage demo`: runs a sale from the first request to the refund, as an outside client.
//!
//! The server is a child process, and the demo uses only its sockets and its command line. Any client
//! can do what the demo does.

use std::process::ExitCode;
use std::rc::Rc;

use actix_web::rt::System;
use mintage_pgtmp as pgtmp;

use crate::interrupt::unless_interrupted;
use crate::report::Report;
use crate::scenario::run_scenario;
use crate::stack::{Database, Stack, StackConfig, listener, random_secret};
use crate::step_error::{StepError, StepResult};
use crate::steps::catalog::{BOUGHT_KEY_TYPE, KEY_TYPES, KeyType};

/// The arguments of `mintage demo`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct DemoArgs {
    /// Use a throw-away PostgreSQL database instead of an embedded SQLite database.
    #[arg(long)]
    postgres: bool,
}

/// Runs the sale and prints each step. Starts a runtime of its own, so it must not be called inside one.
///
/// The exit code is a success only if every step succeeds.
pub fn run(args: DemoArgs) -> ExitCode {
    let report = Rc::new(Report::to_stdout());
    match System::new().block_on(unless_interrupted(run_demo(args, &report))) {
        Ok(Some(Ok(key))) => {
            print_summary(&report, &key);
            ExitCode::SUCCESS
        }
        Ok(Some(Err(failure))) => {
            report.failed(failure);
            ExitCode::FAILURE
        }
        Ok(None) => {
            report.failed("interrupted");
            ExitCode::FAILURE
        }
        Err(error) => {
            report.failed(format_args!("cannot listen to signals: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Starts the server and its surroundings, runs the sale, and prints the end of the server's log if a step
/// fails. Returns the license key that was sold.
async fn run_demo(args: DemoArgs, report: &Rc<Report>) -> StepResult<String> {
    let directory = tempfile::tempdir().map_err(StepError::cannot("make a temporary directory"))?;
    let postgres = args.postgres.then(throw_away_postgres).transpose()?;
    let database = match &postgres {
        Some(database) => Database {
            url: database.url().to_owned(),
            master_key: Some(random_secret("demo:")?),
        },
        None => Database {
            url: "sqlite://mintage.db".into(),
            master_key: None,
        },
    };
    let (mut stack, mut inbox) = Stack::start(StackConfig {
        server: listener(0)?,
        simulator: listener(0)?,
        receiver: listener(0)?,
        directory: directory.path(),
        log_name: "server.log",
        database,
        config: None,
    })?;
    let database_name = if args.postgres {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    report.line(format_args!(
        "server     {} on {database_name}",
        stack.server_url
    ));
    report.line(format_args!(
        "Stripe     {} (simulated)",
        stack.simulator.api_url()
    ));
    report.line(format_args!("receiver   {}", stack.receiver.url()));
    let outcome = run_scenario(&mut stack, &mut inbox, report).await;
    if outcome.is_err() {
        report.line("\nThe end of the server's log:");
        report.line(stack.server.log_tail());
    }
    outcome
}

fn throw_away_postgres() -> StepResult<pgtmp::Database> {
    pgtmp::Server::start()
        .and_then(|server| server.create_database())
        .map_err(StepError::cannot("start a throw-away PostgreSQL"))
}

/// Prints a table of the key types and of what became of the one that was sold. Only a successful run has
/// this table, so every cell is true.
fn print_summary(report: &Report, sold: &str) {
    let row = |key_type: &KeyType| {
        let price = [
            key_type.id.to_owned(),
            dollars(key_type.cents),
            dollars(key_type.fee_cents),
        ];
        let outcome = match key_type.id {
            BOUGHT_KEY_TYPE => [sold, "verified", "VALID", "REVOKED"],
            _ => ["not bought", "", "", ""],
        };
        let [id, price, fee] = price;
        let [key, signature, validate, refunded] = outcome.map(str::to_owned);
        [id, price, fee, key, signature, validate, refunded]
    };
    let rows: Vec<_> = KEY_TYPES.iter().map(row).collect();
    let heading = [
        "key type",
        "price",
        "fee",
        "key",
        "signature",
        "validate",
        "after refund",
    ];
    report.table(heading, &rows);
    report.line("\nEvery step held.");
}

fn dollars(cents: u32) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn cents_are_written_as_dollars() {
        for (cents, written) in [(5, "$0.05"), (999, "$9.99"), (19_900, "$199.00")] {
            assert_eq!(dollars(cents), written);
        }
    }
}
