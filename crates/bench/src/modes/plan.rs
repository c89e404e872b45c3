//! Which cases are measured.

use crate::cases::case::{Case, Store, Work, hot, spread};

/// How many cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Those that have a target, and one of each kind of call.
    Quick,
    /// All kinds of calls at all numbers of connections.
    Full,
}

/// The numbers of connections, of which the second has targets.
const CONNECTIONS: [usize; 3] = [1, 32, 128];

/// The cases, in the order in which they are measured. Cases that are compared are neighbours.
pub(crate) fn cases(extent: Extent) -> Vec<Case> {
    match extent {
        Extent::Quick => quick(),
        Extent::Full => full(),
    }
}

fn quick() -> Vec<Case> {
    use Store::{Postgres, Sqlite};
    vec![
        spread(Postgres, Work::Hello, 32),
        spread(Postgres, Work::Validate, 32),
        spread(Postgres, Work::ReadRows, 32),
        spread(Postgres, Work::Issue, 32),
        spread(Postgres, Work::IssueRows, 32),
        hot(Postgres, Work::Issue, 32),
        hot(Postgres, Work::IssueRows, 32),
        spread(Postgres, Work::Issue, 1),
        spread(Postgres, Work::IssueRows, 1),
        spread(Postgres, Work::Webhook, 32),
        spread(Postgres, Work::WebhookRows, 32),
        spread(Postgres, Work::Activate, 32),
        spread(Postgres, Work::Checkout, 32),
        spread(Sqlite, Work::Hello, 32),
        spread(Sqlite, Work::Validate, 32),
        spread(Sqlite, Work::Issue, 32),
        hot(Sqlite, Work::Issue, 32),
        spread(Sqlite, Work::IssueRows, 1),
        spread(Sqlite, Work::Webhook, 32),
    ]
}

fn full() -> Vec<Case> {
    use Store::{Postgres, Sqlite};
    let mut cases = Vec::new();
    for connections in CONNECTIONS {
        cases.extend([
            spread(Postgres, Work::Hello, connections),
            spread(Postgres, Work::Validate, connections),
            spread(Postgres, Work::ReadRows, connections),
            hot(Postgres, Work::Validate, connections),
            spread(Postgres, Work::Issue, connections),
            spread(Postgres, Work::IssueRows, connections),
            hot(Postgres, Work::Issue, connections),
            hot(Postgres, Work::IssueRows, connections),
            spread(Postgres, Work::Webhook, connections),
            spread(Postgres, Work::WebhookRows, connections),
            hot(Postgres, Work::Webhook, connections),
            spread(Postgres, Work::Activate, connections),
            hot(Postgres, Work::Activate, connections),
            spread(Sqlite, Work::Hello, connections),
            spread(Sqlite, Work::Validate, connections),
            hot(Sqlite, Work::Validate, connections),
            spread(Sqlite, Work::Issue, connections),
        ]);
        if connections == 1 {
            cases.push(spread(Sqlite, Work::IssueRows, connections));
        }
        cases.extend([
            hot(Sqlite, Work::Issue, connections),
            spread(Sqlite, Work::Webhook, connections),
            hot(Sqlite, Work::Webhook, connections),
            spread(Sqlite, Work::Activate, connections),
            hot(Sqlite, Work::Activate, connections),
        ]);
    }
    // A tenant may open 20 checkouts a minute, so that few cases have to do, spread over all tenants.
    cases.extend([
        spread(Postgres, Work::Checkout, 1),
        spread(Postgres, Work::Checkout, 32),
        spread(Sqlite, Work::Checkout, 32),
    ]);
    cases
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_case_is_measured_twice_in_a_repeat() {
        for extent in [Extent::Quick, Extent::Full] {
            let cases = cases(extent);
            let distinct: BTreeSet<String> = cases.iter().map(Case::to_string).collect();
            assert_eq!(distinct.len(), cases.len(), "{extent:?}");
        }
    }

    #[test]
    fn a_full_run_measures_all_that_a_quick_run_measures() {
        let full = cases(Extent::Full);
        for case in cases(Extent::Quick) {
            assert!(full.contains(&case), "{case}");
        }
    }
}
