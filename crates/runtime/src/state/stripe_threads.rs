//! The threads of a node that may wait for Stripe.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// The largest number of threads that wait for Stripe.
const MAX_THREADS: usize = 64;

/// The largest number of threads that wait for Stripe for one tenant.
const MAX_THREADS_PER_TENANT: usize = 8;

/// How long a call waits for a free thread.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Counts the threads that wait for Stripe.
#[derive(Debug, Default)]
pub struct StripeThreads {
    counts: Mutex<Counts>,
    given_back: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_tenant: HashMap<String, usize>,
}

impl StripeThreads {
    /// Takes a thread for a tenant until the returned value is dropped. If none is free, waits two seconds
    /// for one, so that a burst of calls is not refused while Stripe is fast.
    pub(crate) async fn take(self: &Arc<Self>, tenant: &str) -> Option<TakenThread> {
        let free = async {
            loop {
                let given_back = self.given_back.notified();
                tokio::pin!(given_back);
                // Registered before the look, so that a thread given back in between is noticed.
                given_back.as_mut().enable();
                if let Some(taken) = self.try_take(tenant) {
                    return taken;
                }
                given_back.await;
            }
        };
        timeout(MAX_WAIT, free).await.ok()
    }

    fn try_take(self: &Arc<Self>, tenant: &str) -> Option<TakenThread> {
        let mut counts = self.counts();
        let of_tenant = counts.by_tenant.get(tenant).copied().unwrap_or_default();
        if counts.total >= MAX_THREADS || of_tenant >= MAX_THREADS_PER_TENANT {
            return None;
        }
        counts.total += 1;
        counts.by_tenant.insert(tenant.to_owned(), of_tenant + 1);
        Some(TakenThread {
            threads: Arc::clone(self),
            tenant: tenant.to_owned(),
        })
    }

    fn give_back(&self, tenant: &str) {
        let mut counts = self.counts();
        counts.total = counts.total.saturating_sub(1);
        if let Some(of_tenant) = counts.by_tenant.get_mut(tenant) {
            *of_tenant = of_tenant.saturating_sub(1);
            if *of_tenant == 0 {
                counts.by_tenant.remove(tenant);
            }
        }
        drop(counts);
        self.given_back.notify_waiters();
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that is taken for a tenant.
#[derive(Debug)]
pub(crate) struct TakenThread {
    threads: Arc<StripeThreads>,
    tenant: String,
}

impl Drop for TakenThread {
    fn drop(&mut self) {
        self.threads.give_back(&self.tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_takes_a_part_of_the_threads_and_leaves_the_others_theirs() {
        let threads = Arc::new(StripeThreads::default());
        let mut held = Vec::new();
        let tenants = MAX_THREADS / MAX_THREADS_PER_TENANT;
        for number in 0..tenants {
            let tenant = format!("tenant-{number}");
            for _ in 0..MAX_THREADS_PER_TENANT {
                held.push(threads.try_take(&tenant).expect("a free thread"));
            }
            assert!(threads.try_take(&tenant).is_none(), "{tenant} has its part");
        }
        assert!(threads.try_take("one-more").is_none(), "all are taken");
        held.pop();
        let of_another = threads.try_take("one-more").expect("a free thread");
        drop(of_another);
        held.clear();
        let counts = threads.counts();
        assert_eq!((counts.total, counts.by_tenant.len()), (0, 0));
    }

    #[tokio::test]
    async fn a_call_waits_a_moment_for_a_free_thread_and_is_then_refused() {
        let threads = Arc::new(StripeThreads::default());
        let mut held: Vec<_> = (0..MAX_THREADS_PER_TENANT)
            .map(|_| threads.try_take("acme").expect("a free thread"))
            .collect();
        let waiting = threads.take("acme");
        let giving_back = async {
            tokio::task::yield_now().await;
            held.pop();
        };
        let (taken, ()) = tokio::join!(waiting, giving_back);
        held.extend(taken);
        assert_eq!(
            held.len(),
            MAX_THREADS_PER_TENANT,
            "the waiting call got it"
        );
        assert!(threads.take("acme").await.is_none(), "none is given back");
    }
}
