//! A database that is a round trip away.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use crate::cases::case::{Case, Store, Work, spread};
use crate::error::{BenchError, BenchResult};
use crate::modes::progress::{say, tell};
use crate::modes::proxy;
use crate::report::{Report, Results};
use crate::rig::postgres::{PostgresRig, PostgresServer};
use crate::rig::settings::Settings;

/// The time of one call, and how many calls share the way to the database.
const CASES: [Case; 6] = [
    spread(Store::Postgres, Work::Webhook, 1),
    spread(Store::Postgres, Work::Webhook, 64),
    spread(Store::Postgres, Work::Issue, 1),
    spread(Store::Postgres, Work::Issue, 64),
    spread(Store::Postgres, Work::Validate, 1),
    spread(Store::Postgres, Work::Validate, 64),
];

/// Measures a server whose database answers after this round trip.
pub(crate) fn run(
    settings: &Rc<Settings>,
    cluster: &Rc<PostgresServer>,
    round_trip: Duration,
    repeats: usize,
) -> BenchResult<Report> {
    say("making the data");
    let size = settings.size;
    let mut rig = PostgresRig::new(settings.clone(), cluster.clone(), size, false)?;
    let url = far_url(rig.url(), round_trip)?;
    rig.start_server(&url)?;
    let mut results = Results::default();
    for repeat in 1..=repeats {
        for case in CASES {
            let measured = rig.measure(case)?;
            tell(repeat, &case.to_string(), &measured);
            results.add(case.to_string(), measured);
        }
    }
    Ok(Report {
        results,
        ..Report::default()
    })
}

/// The URL of the same database through a proxy.
fn far_url(url: &str, round_trip: Duration) -> BenchResult<String> {
    let unusable = || BenchError::new("the URL of the database names no socket");
    let directory = url
        .split(['?', '&'])
        .find_map(|it| it.strip_prefix("host="));
    let directory = directory.ok_or_else(unusable)?;
    let socket = Path::new(directory).join(".s.PGSQL.5432");
    let address = proxy::start(&socket, round_trip / 2)?;
    let database = url.split_once(":///").map(|(_, rest)| rest);
    let database = database.and_then(|rest| rest.split('?').next());
    let user = url
        .split(['?', '&'])
        .find_map(|it| it.strip_prefix("user="));
    Ok(format!(
        "postgresql://{}@{address}/{}?sslmode=disable",
        user.ok_or_else(unusable)?,
        database.ok_or_else(unusable)?
    ))
}
