//! `mintage demo`: a sale from the first request to the refund, walked by an outside client.
//!
//! The server is a child process and is spoken to over sockets alone. This module knows nothing of
//! what the server is made of; what it shows, any client can do.

use std::process::ExitCode;
use std::rc::Rc;

use actix_web::rt::System;
use mintage_pgtmp as pgtmp;

use crate::failure::{Failure, Outcome};
use crate::interrupt::unless_interrupted;
use crate::report::Report;
use crate::stage::{Database, Plan, Stage, listener, random_secret};
use crate::steps::catalog::{BOUGHT, WARES, Ware};
use crate::walk::walk;

/// What `mintage demo` may be told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct DemoArgs {
    /// Keep everything in a throw-away PostgreSQL instead of an embedded SQLite.
    #[arg(long)]
    postgres: bool,
}

/// Walks the path and prints it. Starts a runtime of its own, so must not be called inside one.
///
/// The exit code is a success only if every step held.
pub fn run(args: DemoArgs) -> ExitCode {
    let report = Rc::new(Report::to_stdout());
    match System::new().block_on(unless_interrupted(play(args, &report))) {
        Ok(Some(Ok(key))) => {
            show_table(&report, &key);
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

/// Sets the stage, walks, and on failure shows what the server said. Returns the key that was sold.
async fn play(args: DemoArgs, report: &Rc<Report>) -> Outcome<String> {
    let directory = tempfile::tempdir().map_err(Failure::to("make a temporary directory"))?;
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
    let (mut stage, mut inbox) = Stage::set(Plan {
        server: listener(0)?,
        simulator: listener(0)?,
        receiver: listener(0)?,
        directory: directory.path(),
        log_name: "server.log",
        database,
    })?;
    let kept_in = if args.postgres {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    report.say(format_args!("server     {} on {kept_in}", stage.server_url));
    report.say(format_args!(
        "Stripe     {} (simulated)",
        stage.simulator.api_url()
    ));
    report.say(format_args!("receiver   {}", stage.receiver.url()));
    let outcome = walk(&mut stage, &mut inbox, report).await;
    if outcome.is_err() {
        report.say("\nThe server's last words:");
        report.say(stage.server.log_tail());
    }
    outcome
}

fn throw_away_postgres() -> Outcome<pgtmp::Database> {
    pgtmp::Server::start()
        .and_then(|server| server.create_database())
        .map_err(Failure::to("start a throw-away PostgreSQL"))
}

/// Every cell stands for a step that held, or there would be no table.
fn show_table(report: &Report, sold: &str) {
    let row = |ware: &Ware| {
        let price = [
            ware.key_type.to_owned(),
            dollars(ware.cents),
            dollars(ware.fee_cents),
        ];
        let fate = match ware.key_type {
            BOUGHT => [sold, "verified", "VALID", "REVOKED"],
            _ => ["not bought", "", "", ""],
        };
        let [key_type, price, fee] = price;
        let [key, signature, validate, refunded] = fate.map(str::to_owned);
        [key_type, price, fee, key, signature, validate, refunded]
    };
    let rows: Vec<_> = WARES.iter().map(row).collect();
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
    report.say("\nEvery step held.");
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
