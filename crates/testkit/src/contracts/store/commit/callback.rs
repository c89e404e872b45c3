//! The callback of a commit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::CommitError;

use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// How long a read may take while a callback runs. A read that the callback blocks takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// While a callback runs, the store answers reads, and the reads see the commit. A store that holds a lock
/// during the callback would block a callback that reads.
pub fn a_callback_blocks_no_read(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    let (called, is_called) = mpsc::channel();
    let (read, is_read) = mpsc::channel();
    let (ended, is_ended) = mpsc::channel();
    let done = move |outcome: Result<Receipt, CommitError>| {
        called.send(outcome).expect("the reader waits");
        let in_time = is_read.recv_timeout(PATIENCE).is_ok();
        ended.send(in_time).expect("the case waits");
    };
    let tenant = &shop.tenant.id;
    thread::scope(|scope| {
        // A store may call back before it returns from `submit`.
        scope.spawn(move || {
            let outcome = is_called.into_iter().next().expect("the store calls back");
            outcome.expect("no guard refuses the commit");
            let found = store.tenant(tenant).expect("the store answers");
            // The callback may have given up.
            let _ = read.send(());
            assert!(found.is_some(), "the read sees the commit");
        });
        store.submit(shop.foundation(), Box::new(done));
    });
    let in_time = is_ended.recv().expect("the callback ends");
    assert!(in_time, "the read waited for the callback");
}
