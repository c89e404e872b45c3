//! The targets of the product.

use crate::report::{Measure, Target};

/// A target: name, the case above the line, the case below, must, ambitious.
type Row = (&'static str, &'static str, &'static str, f64, f64);

const RATES: [Row; 12] = [
    (
        "issue, 1000 tenants / the same rows by pgbench",
        "postgres issue spread 32",
        "postgres issue-rows spread 32",
        1.0,
        2.0,
    ),
    (
        "issue, one tenant / the same rows by pgbench",
        "postgres issue hot 32",
        "postgres issue-rows hot 32",
        4.0,
        8.0,
    ),
    (
        "issue, one connection / the same rows by pgbench",
        "postgres issue spread 1",
        "postgres issue-rows spread 1",
        0.7,
        0.9,
    ),
    (
        "Stripe webhook / the same rows by pgbench",
        "postgres webhook spread 32",
        "postgres webhook-rows spread 32",
        1.5,
        2.5,
    ),
    (
        "validate / the same rows read by pgbench",
        "postgres validate spread 32",
        "postgres read-rows spread 32",
        0.9,
        1.1,
    ),
    (
        "validate / hello",
        "postgres validate spread 32",
        "postgres hello spread 32",
        0.2,
        0.25,
    ),
    (
        "SQLite: validate / hello",
        "sqlite validate spread 32",
        "sqlite hello spread 32",
        0.3,
        0.4,
    ),
    (
        "SQLite: issue, 1000 tenants / one transaction a license",
        "sqlite issue spread 32",
        "sqlite issue-rows spread 1",
        2.0,
        3.0,
    ),
    (
        "SQLite: issue, one tenant / one transaction a license",
        "sqlite issue hot 32",
        "sqlite issue-rows spread 1",
        2.0,
        3.0,
    ),
    (
        "issue, two nodes with 16 connections each / one with 32",
        "2 nodes: issue",
        "1 node: issue",
        0.95,
        1.0,
    ),
    (
        "validate, two nodes with 16 connections each / one with 32",
        "2 nodes: validate",
        "1 node: validate",
        0.95,
        1.2,
    ),
    (
        "webhook, two nodes with 16 connections each / one with 32",
        "2 nodes: webhook",
        "1 node: webhook",
        0.95,
        1.0,
    ),
];

/// All targets.
pub(crate) fn targets() -> Vec<Target> {
    let rates = RATES.iter().map(|row| target(row, Measure::Rate));
    let p50 = (
        "issue p50 / p50 of pgbench (less is better)",
        "postgres issue spread 32",
        "postgres issue-rows spread 32",
        1.0,
        0.75,
    );
    rates.chain([target(&p50, Measure::P50)]).collect()
}

fn target(row: &Row, measure: Measure) -> Target {
    let (name, above, below, must, ambitious) = *row;
    Target {
        name: name.to_owned(),
        above: above.to_owned(),
        below: below.to_owned(),
        measure,
        must: Some(must),
        ambitious: Some(ambitious),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes::nodes::NAMES_OF_TARGETS;
    use crate::modes::plan::{Extent, cases};

    #[test]
    fn every_target_compares_cases_that_are_measured() {
        let mut names: Vec<String> = cases(Extent::Quick)
            .iter()
            .map(ToString::to_string)
            .collect();
        names.extend(NAMES_OF_TARGETS.map(str::to_owned));
        for target in targets() {
            for case in [&target.above, &target.below] {
                assert!(names.contains(case), "{}: {case}", target.name);
            }
        }
    }
}
