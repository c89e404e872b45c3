//! Endpoints that hang do not delay the others: a node with its slots, simulated over virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::Claim;
use mintage_domain::model::outbox::endpoint_health::RESPONSE_TIME;
use mintage_domain::ports::{ClaimLimits, Commit, Deliveries, HttpError, HttpResponse};
use mintage_domain::usecase::outbox::deliver::{
    DEADLINE, LEASE, MAX_CONCURRENT_PER_ENDPOINT, record_result, record_wait,
};
use mintage_domain::usecase::outbox::slots::{RESPONSIVE_SLOTS, SLOW_AFTER, Slot, Slots};
use mintage_testkit::MemoryStore;
use mintage_testkit::fixtures::Shop;

/// The healthy endpoint answers after this time.
const QUICK: Duration = Duration::from_millis(20);
/// How long after a notice or the end of an attempt the next claim is.
const STEP: Duration = Duration::from_millis(50);

/// An attempt that runs.
struct Running {
    claim: Claim,
    slot: Slot,
    is_recorded: bool,
    started_at: Timestamp,
}

/// One node with the shops of a store, all of which share one clock.
struct Node {
    store: Arc<MemoryStore>,
    shops: BTreeMap<TenantId, Shop>,
    now: Timestamp,
    slots: Slots,
    running: Vec<Running>,
    /// How long the deliveries of the healthy shop waited until their first attempt.
    waits: Vec<Duration>,
}

const HEALTHY: &str = "healthy";

impl Node {
    /// A node whose hanging shops have `backlog` deliveries each that are due.
    fn new(hanging: usize, backlog: usize) -> Self {
        let store = Arc::new(MemoryStore::default());
        let mut shops = BTreeMap::new();
        let names = (0..hanging).map(|n| format!("hanging-{n:04}"));
        for name in names.chain([HEALTHY.to_owned()]) {
            let shop = Shop::opened(&*store, &name);
            let mut changes = shop.changes();
            changes
                .endpoints
                .push(Write::changed(shop.webhook_endpoint()));
            store.commit(changes).unwrap();
            shops.insert(shop.tenant.id.clone(), shop);
        }
        let now = shops.values().map(Shop::now).max().unwrap();
        let mut node = Self {
            store,
            shops,
            now,
            slots: Slots::default(),
            running: Vec::new(),
            waits: Vec::new(),
        };
        node.advance(Duration::ZERO);
        let names: Vec<TenantId> = node.shops.keys().cloned().collect();
        for name in names.iter().filter(|it| it.as_str() != HEALTHY) {
            node.queue(name, backlog);
        }
        node
    }

    fn advance(&mut self, by: Duration) {
        self.now = self.now.plus(by);
        for shop in self.shops.values() {
            shop.env.clock.set(self.now);
        }
    }

    fn queue(&mut self, tenant: &TenantId, n: usize) {
        let shop = &self.shops[tenant];
        let sale = shop.sold(&*self.store);
        let mut changes = shop.changes();
        for _ in 0..n {
            changes
                .deliveries
                .push(Write::changed(shop.delivery(&sale.license)));
        }
        self.store.commit(changes).unwrap();
    }

    /// What the workers of a node do, once.
    fn step(&mut self) {
        let (ended, running): (Vec<_>, Vec<_>) = std::mem::take(&mut self.running)
            .into_iter()
            .partition(|it| {
                let is_quick = it.claim.delivery.tenant.as_str() == HEALTHY;
                let after = if is_quick { QUICK } else { DEADLINE };
                self.now.since(it.started_at) >= after
            });
        self.running = running;
        for attempt in ended {
            self.end(&attempt);
        }
        for attempt in &mut self.running {
            if self.now.since(attempt.started_at) >= SLOW_AFTER {
                self.slots.move_slow(&mut attempt.slot);
            }
            if !attempt.is_recorded && self.now.since(attempt.started_at) >= RESPONSE_TIME {
                attempt.is_recorded = true;
                let env = self.shops[&attempt.claim.delivery.tenant].env.env();
                record_wait(&*self.store, &env, &attempt.claim).unwrap();
            }
        }
        let claimed = self.store.claim(&ClaimLimits {
            now: self.now,
            responsive: self.slots.free_responsive(),
            unresponsive: self.slots.free_slow(),
            per_lane: MAX_CONCURRENT_PER_ENDPOINT,
            lease: LEASE,
        });
        for claim in claimed.unwrap().leased {
            let slot = self.slots.take(claim.endpoint.lane());
            let delivery = &claim.delivery;
            if delivery.tenant.as_str() == HEALTHY && delivery.attempts == 1 {
                self.waits.push(self.now.since(delivery.created_at));
            }
            self.running.push(Running {
                claim,
                slot,
                is_recorded: false,
                started_at: self.now,
            });
        }
    }

    fn end(&mut self, attempt: &Running) {
        self.slots.release(attempt.slot);
        let tenant = &attempt.claim.delivery.tenant;
        let result = if tenant.as_str() == HEALTHY {
            Ok(HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: Vec::new(),
            })
        } else {
            Err(HttpError::Timeout)
        };
        let env = self.shops[tenant].env.env();
        record_result(&*self.store, &env, &attempt.claim, &result).unwrap();
    }
}

/// The longest wait of the healthy endpoint over a minute in which it has a sale every second.
fn longest_wait(hanging: usize, backlog: usize) -> Duration {
    let mut node = Node::new(hanging, backlog);
    let healthy = TenantId::parse(HEALTHY).unwrap();
    let steps_per_second = 1_000 / STEP.as_millis();
    for step in 0..(60 * steps_per_second) {
        if step % steps_per_second == 0 && step < 40 * steps_per_second {
            node.queue(&healthy, 1);
        }
        node.step();
        node.advance(STEP);
    }
    assert_eq!(node.waits.len(), 40, "each sale was delivered");
    node.waits.into_iter().max().unwrap()
}

#[test]
fn eight_endpoints_that_hang_do_not_delay_a_healthy_one() {
    let longest = longest_wait(8, 20);
    assert!(longest <= STEP + SLOW_AFTER, "{longest:?}");
}

#[test]
fn three_times_more_endpoints_that_hang_than_slots_do_not_delay_a_healthy_one_either() {
    let longest = longest_wait(3 * RESPONSIVE_SLOTS, 3);
    assert!(longest <= Duration::from_secs(1), "{longest:?}");
}

#[test]
fn endpoints_that_are_known_to_hang_delay_a_healthy_one_not_at_all() {
    for hanging in [8, 40, 150] {
        let mut node = Node::new(hanging, 0);
        let names: Vec<TenantId> = node.shops.keys().cloned().collect();
        // Each of them hangs once, a few at a time.
        for some in names.chunks(8) {
            for name in some.iter().filter(|it| it.as_str() != HEALTHY) {
                node.queue(name, 1);
            }
            for _ in 0..2 {
                node.step();
                node.advance(DEADLINE);
            }
        }
        for name in names.iter().filter(|it| it.as_str() != HEALTHY) {
            node.queue(name, 2);
        }
        let healthy = TenantId::parse(HEALTHY).unwrap();
        for step in 0..400 {
            if step % 20 == 0 {
                node.queue(&healthy, 1);
            }
            node.step();
            node.advance(STEP);
        }
        assert_eq!(node.waits.len(), 20, "{hanging}");
        let longest = node.waits.iter().max().unwrap();
        assert!(*longest <= STEP, "{hanging}: {longest:?}");
    }
}
