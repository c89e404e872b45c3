//! Whether calls stay as fast while the number of licenses grows.

use std::rc::Rc;

use crate::cases::case::{Store, Work, spread};
use crate::data::rows::Size;
use crate::error::BenchResult;
use crate::modes::progress::{say, tell};
use crate::report::{Measure, Report, Results, Target};
use crate::rig::postgres::{PostgresRig, PostgresServer};
use crate::rig::settings::Settings;

/// The connections of each case.
const CONNECTIONS: usize = 32;

/// The calls that are measured.
const WORK: [Work; 4] = [Work::Issue, Work::Webhook, Work::Validate, Work::Activate];

/// The least part of the rate of the smallest number of licenses that is left at the largest.
const LEFT: f64 = 1.0 / 1.3;

/// Measures databases with these numbers of licenses, which exist side by side.
pub(crate) fn run(
    settings: &Rc<Settings>,
    cluster: &Rc<PostgresServer>,
    counts: &[u64],
    repeats: usize,
) -> BenchResult<Report> {
    let mut rigs = Vec::new();
    for licenses in counts {
        say(&format!("making {licenses} licenses"));
        let size = Size {
            tenants: settings.size.tenants,
            licenses: *licenses,
        };
        rigs.push((
            *licenses,
            PostgresRig::new(settings.clone(), cluster.clone(), size, false)?,
        ));
    }
    let mut results = Results::default();
    for repeat in 1..=repeats {
        for work in WORK {
            for (licenses, rig) in &mut rigs {
                let measured = rig.measure(spread(Store::Postgres, work, CONNECTIONS))?;
                let name = name(*licenses, work);
                tell(repeat, &name, &measured);
                results.add(name, measured);
            }
        }
    }
    let targets = targets(counts);
    let ratios = targets
        .iter()
        .filter_map(|target| target.evaluate(&results));
    Ok(Report {
        ratios: ratios.collect(),
        results,
        ..Report::default()
    })
}

fn name(licenses: u64, work: Work) -> String {
    format!("{licenses} licenses: {}", work.name())
}

/// Each number of licenses against the first.
fn targets(counts: &[u64]) -> Vec<Target> {
    let Some((first, others)) = counts.split_first() else {
        return Vec::new();
    };
    let pairs = WORK
        .iter()
        .flat_map(|work| others.iter().map(move |licenses| (*work, *licenses)));
    pairs
        .map(|(work, licenses)| Target {
            name: format!("{}: {licenses} licenses / {first}", work.name()),
            above: name(licenses, work),
            below: name(*first, work),
            measure: Measure::Rate,
            must: Some(LEFT),
            ambitious: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_compared_with_the_first() {
        assert!(targets(&[10]).is_empty());
        let targets = targets(&[10, 100, 1_000]);
        assert_eq!(targets.len(), 2 * WORK.len());
        assert_eq!(targets[1].above, "1000 licenses: issue");
        assert!(targets.iter().all(|it| it.below.starts_with("10 licenses")));
    }
}
