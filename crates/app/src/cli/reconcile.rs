//! `mintage reconcile`.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use mintage_domain::base::time::Timestamp;
use mintage_domain::usecase::sales::catch_up::catch_up;
use mintage_domain::usecase::sales::ledger::LedgerReport;
use mintage_domain::usecase::stripe::reconcile::{LOOK_BACK, Ports, Reconciliation, reconcile};
use mintage_runtime::outbound::SteadyPace;
use mintage_stripe::StripeClient;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_config};
use super::output::{CommandResult, Format, Printer, print_line};
use crate::wire::http_to_stripe;

#[derive(Args)]
pub(super) struct ReconcileArgs {
    /// The time from which on Stripe's events may have been missed, such as 2027-01-31T08:00:00Z (default:
    /// three days ago).
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    since: Option<Timestamp>,
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// How often a kind of change was found on an account.
#[derive(Serialize)]
struct Line {
    tenant: String,
    account: String,
    change: String,
    count: usize,
}

struct ReconcileFormat;

impl Format<4> for ReconcileFormat {
    type Item = Line;

    const HEADING: [&'static str; 4] = ["tenant", "account", "change", "count"];

    fn view(&self, line: &Line) -> impl Serialize {
        line
    }

    fn row(&self, line: &Line) -> [String; 4] {
        [
            line.tenant.clone(),
            line.account.clone(),
            line.change.clone(),
            line.count.to_string(),
        ]
    }
}

pub(super) fn run(global: &GlobalArgs, args: &ReconcileArgs) -> CommandResult {
    with_config(global, |config, store, env| {
        let stripe = StripeClient::new(Arc::new(http_to_stripe()?), config.settings.stripe.clone());
        let ports = Ports {
            store,
            stripe: &stripe,
            webhooks: &stripe,
            pace: &SteadyPace::default(),
        };
        let since = args.since.unwrap_or_else(|| env.now().minus(LOOK_BACK));
        let result = reconcile(&ports, env, since)?;
        Printer::new(ReconcileFormat, args.json).print(&lines(&result))?;
        if !args.json {
            print_line(format_args!(
                "{} accounts, {} objects: {} changes were applied, {} wait to be retried",
                result.accounts,
                result.objects,
                result.applied.len(),
                result.parked
            ))?;
        }
        let ledger = catch_up(store, &stripe, env, ports.pace)?;
        if !args.json {
            print_line(format_args!(
                "the ledgers of {} accounts are up to date",
                ledger.finished
            ))?;
        }
        end(&result, &ledger)
    })
}

/// The changes, counted by account and kind.
fn lines(result: &Reconciliation) -> Vec<Line> {
    let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for applied in &result.applied {
        let key = (
            applied.tenant.to_string(),
            applied.account.to_string(),
            applied.kind.clone(),
        );
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
    let line = |((tenant, account, change), count)| Line {
        tenant,
        account,
        change,
        count,
    };
    counts.into_iter().map(line).collect()
}

fn end(result: &Reconciliation, ledger: &LedgerReport) -> CommandResult {
    if !result.failed.is_empty() {
        return Err(format!("not reconciled: {}", failures(result)).into());
    }
    match ledger.failed {
        0 => Ok(()),
        n => Err(format!("Stripe did not list what was booked on {n} accounts").into()),
    }
}

/// Why accounts could not be reconciled.
fn failures(result: &Reconciliation) -> String {
    let failed: Vec<String> = result
        .failed
        .iter()
        .map(|it| format!("{} on {}: {}", it.tenant, it.account, it.reason))
        .collect();
    failed.join("; ")
}
