//! Tenants beside one party that is slow: a Stripe that does not answer, and clients that send nothing.

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use crate::cases::case::{Case, Store, Work, spread};
use crate::error::{BenchError, BenchResult};
use crate::modes::progress::{say, tell};
use crate::modes::slow_clients::{IDLE, SlowClients, start_silent_stripe};
use crate::report::{Figure, Measure, Report, Results, Target};
use crate::rig::postgres::{PostgresRig, PostgresServer};
use crate::rig::settings::Settings;
use crate::stats::number;

/// The calls of the other tenants.
const CASES: [Case; 2] = [
    spread(Store::Postgres, Work::Validate, 32),
    spread(Store::Postgres, Work::Issue, 32),
];

/// How long the slow clients are there before the others are measured: every thread that may wait for Stripe
/// waits by then.
const SETTLING: Duration = Duration::from_secs(2);

/// The names of a case alone and beside slow neighbours.
fn names(case: Case) -> (String, String) {
    (
        format!("{case}, alone"),
        format!("{case}, beside slow neighbours"),
    )
}

/// Measures calls alone, and then beside the slow neighbours.
pub(crate) fn run(
    settings: &Rc<Settings>,
    cluster: &Rc<PostgresServer>,
    repeats: usize,
) -> BenchResult<Report> {
    say("making the data");
    let mut rig = PostgresRig::new(settings.clone(), cluster.clone(), settings.size, false)?;
    let stripe = format!("http://{}", start_silent_stripe()?);
    let url = rig.url().to_owned();
    let server = rig.start_server_with(&url, Some(("STRIPE_API_URL", stripe)))?;
    let address = server.address();
    let mut results = Results::default();
    for repeat in 1..=repeats {
        for case in CASES {
            let (alone, beside) = names(case);
            let measured = rig.measure(case)?;
            tell(repeat, &alone, &measured);
            results.add(alone, measured);
            let clients = SlowClients::start(address, &settings.market.sellers);
            thread::sleep(SETTLING);
            let measured = rig.measure(case);
            let idle = clients.stop();
            if idle < IDLE / 2 {
                return Err(BenchError::new(format!(
                    "only {idle} slow clients were connected"
                )));
            }
            let measured = measured?;
            tell(repeat, &beside, &measured);
            results.add(beside, measured);
        }
    }
    let ratios = CASES.iter().map(|case| target(*case));
    Ok(Report {
        ratios: ratios.filter_map(|it| it.evaluate(&results)).collect(),
        results,
        figures: vec![Figure {
            name: "most memory",
            value: number(rig.peak_kib()) / 1024.0,
            unit: "MB",
            must: Some(150.0),
            ambitious: Some(75.0),
        }],
        ..Report::default()
    })
}

fn target(case: Case) -> Target {
    let (below, above) = names(case);
    Target {
        name: format!(
            "{}, p99 beside slow neighbours / alone (less is better)",
            case.work.name()
        ),
        above,
        below,
        measure: Measure::P99,
        must: Some(2.0),
        ambitious: Some(1.2),
    }
}
