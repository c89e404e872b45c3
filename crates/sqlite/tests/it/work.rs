//! What a commit costs: statements and parses, counted by diesel. Not time.

use mintage_domain::ports::Commit;
use mintage_sql::watch::{Watch, commit_at_once};
use mintage_testkit::fixtures::Shop;

use crate::contract::Fresh;
use crate::kinds::Kind;

/// Begins and ends a transaction: SQLite parses these each time.
const AROUND: [&str; 2] = ["BEGIN IMMEDIATE", "COMMIT"];

#[test]
fn a_commit_is_one_transaction_of_few_statements_and_a_warm_connection_parses_none_of_them() {
    let store = Fresh::open();
    let cold = Watch::default();
    store.watch_writer(cold.watcher());
    let shop = Shop::opened(&*store, "acme");
    for kind in Kind::ALL {
        store.commit(kind.prepare(&*store, &shop)).unwrap();
    }
    for kind in Kind::ALL {
        let most = match kind {
            Kind::Issue | Kind::PaidWebhook => 20,
            Kind::Activate | Kind::Refund => 14,
        };
        for n in [1, 64] {
            let batch: Vec<_> = (0..n).map(|_| kind.prepare(&*store, &shop)).collect();
            let warm = Watch::default();
            store.watch_writer(warm.watcher());
            for outcome in commit_at_once(&*store, store.hold_writer(), batch) {
                outcome.unwrap();
            }
            let statements = warm.statements();
            assert!(
                statements.len() <= most * n,
                "{kind:?} of {n}: {} {:#?}",
                statements.len(),
                warm.texts()
            );
            assert_eq!((warm.count("begin"), warm.count("commit")), (1, 1));
            assert_eq!(warm.parsed().len(), 0, "{:#?}", warm.parsed());
            // What is never kept would be parsed unseen.
            let kept = cold.parsed();
            for text in warm.texts() {
                assert!(
                    kept.contains(&text) || AROUND.contains(&text.as_str()),
                    "{text}"
                );
            }
        }
    }
}
