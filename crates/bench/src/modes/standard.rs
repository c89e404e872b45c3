//! All cases, interleaved and repeated.

use std::rc::Rc;

use crate::cases::case::{Case, Store, Work};
use crate::error::BenchResult;
use crate::modes::plan::{Extent, cases};
use crate::modes::progress::{say, tell};
use crate::modes::targets::targets;
use crate::modes::{nodes, start};
use crate::report::{Report, Results};
use crate::rig::postgres::{PostgresRig, PostgresServer};
use crate::rig::settings::Settings;
use crate::rig::sqlite::SqliteRig;

/// What a run measures.
#[derive(Debug, Clone)]
pub(crate) struct Standard {
    pub(crate) extent: Extent,
    /// Texts, one of which the name of a case must contain; none for all cases.
    pub(crate) only: Vec<String>,
    pub(crate) repeats: usize,
}

/// Measures all cases, several servers, and starts.
pub(crate) fn run(
    settings: &Rc<Settings>,
    cluster: &Rc<PostgresServer>,
    wanted: &Standard,
) -> BenchResult<Report> {
    let mut cases = cases(wanted.extent);
    cases.retain(|case| is_wanted(case, &wanted.only));
    let uses = |store| cases.iter().any(|case| case.store == store);
    let mut postgres = if uses(Store::Postgres) {
        say("making the data in PostgreSQL");
        let size = settings.size;
        Some(PostgresRig::new(
            settings.clone(),
            cluster.clone(),
            size,
            true,
        )?)
    } else {
        None
    };
    let mut sqlite = if uses(Store::Sqlite) {
        say("making the data in SQLite");
        Some(SqliteRig::new(settings.clone())?)
    } else {
        None
    };
    let is_whole = wanted.only.is_empty();
    let figures = if is_whole {
        say("starting servers");
        start::measure(settings, postgres.as_mut(), sqlite.as_mut())?
    } else {
        Vec::new()
    };
    let mut results = Results::default();
    for repeat in 1..=wanted.repeats {
        for case in &cases {
            let measured = match (case.store, &mut postgres, &mut sqlite) {
                (Store::Postgres, Some(rig), _) => rig.measure(*case)?,
                (Store::Sqlite, _, Some(rig)) => rig.measure(*case)?,
                _ => continue,
            };
            tell(repeat, &case.to_string(), &measured);
            results.add(case.to_string(), measured);
        }
        if let (Some(rig), true) = (&mut postgres, is_whole && wanted.extent == Extent::Full) {
            nodes::measure(rig, &[1, 2], repeat, &mut results)?;
        }
    }
    let statements = match &mut postgres {
        Some(rig) => statements(rig, &cases)?,
        None => Vec::new(),
    };
    let notes = postgres.as_ref().map(|rig| rig.notes().to_vec());
    let ratios = targets();
    let ratios = ratios.iter().filter_map(|target| target.evaluate(&results));
    Ok(Report {
        ratios: ratios.collect(),
        results,
        figures,
        statements,
        notes: notes.unwrap_or_default(),
        ..Report::default()
    })
}

/// Counts the statements of the calls, apart from the measurement.
fn statements(rig: &mut PostgresRig, cases: &[Case]) -> BenchResult<Vec<(String, f64)>> {
    say("counting statements");
    let calls = cases.iter().filter(|case| {
        case.store == Store::Postgres && !case.work.is_yardstick() && case.work != Work::Hello
    });
    let mut counted = Vec::new();
    for case in calls {
        if let Some(count) = rig.statements_per_call(*case)? {
            counted.push((case.to_string(), count));
        }
    }
    Ok(counted)
}

fn is_wanted(case: &Case, only: &[String]) -> bool {
    let name = case.to_string();
    only.is_empty() || only.iter().any(|text| name.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::case::spread;

    #[test]
    fn a_case_is_chosen_by_a_part_of_its_name() {
        let case = spread(Store::Sqlite, Work::Issue, 32);
        for (only, wanted) in [
            (&[][..], true),
            (&["sqlite"], true),
            (&["issue spread"], true),
            (&["postgres", "32"], true),
            (&["postgres"], false),
        ] {
            let only: Vec<String> = only.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(is_wanted(&case, &only), wanted, "{only:?}");
        }
    }
}
