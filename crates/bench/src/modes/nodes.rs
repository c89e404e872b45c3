//! Several servers on one PostgreSQL.

use crate::cases::case::{Store, Work, spread};
use crate::error::BenchResult;
use crate::modes::progress::tell;
use crate::report::Results;
use crate::rig::postgres::PostgresRig;

/// The connections, which the servers share.
const CONNECTIONS: usize = 32;

/// The calls that are measured.
const WORK: [Work; 3] = [Work::Issue, Work::Validate, Work::Webhook];

/// The names that targets use.
#[cfg(test)]
pub(crate) const NAMES_OF_TARGETS: [&str; 6] = [
    "1 node: issue",
    "2 nodes: issue",
    "1 node: validate",
    "2 nodes: validate",
    "1 node: webhook",
    "2 nodes: webhook",
];

/// Measures these numbers of servers next to each other.
pub(crate) fn measure(
    rig: &mut PostgresRig,
    counts: &[usize],
    repeat: usize,
    results: &mut Results,
) -> BenchResult<()> {
    for work in WORK {
        for nodes in counts {
            let measured = rig.measure_on(spread(Store::Postgres, work, CONNECTIONS), *nodes)?;
            let name = name(*nodes, work);
            tell(repeat, &name, &measured);
            results.add(name, measured);
        }
    }
    Ok(())
}

fn name(nodes: usize, work: Work) -> String {
    let nodes_word = if nodes == 1 { "node" } else { "nodes" };
    format!("{nodes} {nodes_word}: {}", work.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_use_the_names_that_are_made() {
        let made: Vec<String> = WORK
            .iter()
            .flat_map(|work| [name(1, *work), name(2, *work)])
            .collect();
        assert_eq!(made, NAMES_OF_TARGETS);
    }
}
