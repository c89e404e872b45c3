//! What time brings to licenses: ends of graces and ends to come.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, Lapse, RevocationReason, Standing};
use mintage_domain::model::licenses::subscribed::Subscribed;
use mintage_domain::model::stripe::subscription::SubscriptionStatus;
use mintage_domain::ports::{Catalog, Commit, MockStripe, MockWebhooks};
use mintage_domain::usecase::sweep::{SweepReport, sweep};

use crate::seller::Seller;

/// Changes the only license of a seller.
fn change(seller: &Seller, fill: &dyn Fn(&mut License)) {
    let mut license = seller.licenses().remove(0).license;
    fill(&mut license);
    let mut changes = seller.shop.changes();
    changes.licenses.push(Write::changed(license));
    seller.store.commit(changes).unwrap();
}

/// Lets the only key type of a seller remind of ends.
fn remind_before(seller: &Seller, days: u16) {
    let shop = &seller.shop;
    let (tenant, product) = (&shop.tenant.id, &shop.product.id);
    let stored = seller.store.key_type(tenant, product, &shop.key_type.id);
    let mut changes = shop.changes();
    changes.key_types.push(Write::changed(KeyType {
        reminder_days: Some(days),
        ..stored.unwrap().unwrap()
    }));
    seller.store.commit(changes).unwrap();
}

fn swept(seller: &Seller) -> SweepReport {
    let (stripe, webhooks) = (MockStripe::new(), MockWebhooks::new());
    let report = sweep(&*seller.store, &stripe, &webhooks, &seller.env()).unwrap();
    assert_eq!(report.failed, 0);
    report
}

fn told(seller: &Seller, name: &str) -> usize {
    seller.events().iter().filter(|it| **it == name).count()
}

#[test]
fn the_end_of_a_grace_is_told_once_and_a_pause_not_again() {
    let seller = Seller::on_sale();
    seller.sell();
    let from = seller.shop.now().plus(Duration::from_hours(1));
    let lapse = |from| {
        let cause = HoldCause::UnpaidInvoice("in_1".to_owned());
        Some(Lapse { cause, from })
    };
    change(&seller, &|it| {
        it.standing = Standing::new(None).with_subscription(Some(from), lapse(from));
    });
    assert_eq!(swept(&seller).lapsed, 0);
    seller.shop.env.clock.advance(Duration::from_mins(62));
    assert_eq!((swept(&seller).lapsed, swept(&seller).lapsed), (1, 0));
    assert_eq!(told(&seller, "license.frozen"), 1);
    assert_eq!(told(&seller, "license.expired"), 0);
    assert_eq!(seller.audited("license.frozen"), 1);
    let deliveries = seller.deliveries();
    let frozen = deliveries
        .iter()
        .find(|it| it.event.as_str() == "license.frozen");
    let body = seller.body(frozen.unwrap());
    assert_eq!(
        (&body["status"], &body["reason"]),
        (&"FROZEN".into(), &"frozen".into())
    );

    change(&seller, &|it| {
        let paused = lapse(Timestamp::EPOCH);
        it.standing = it.standing.clone().with_subscription(Some(from), paused);
    });
    assert_eq!(swept(&seller).lapsed, 0);
    change(&seller, &|it| {
        it.standing = it
            .standing
            .clone()
            .with_subscription(Some(from), lapse(from));
        it.noticed_end = None;
        it.standing.revoke(RevocationReason::Admin, from);
    });
    assert_eq!(swept(&seller).lapsed, 0, "a revoked license");
}

#[test]
fn a_reminder_is_told_once_for_each_end_and_again_after_a_renewal() {
    let seller = Seller::on_sale();
    seller.sell();
    remind_before(&seller, 7);
    let start = seller.shop.now();
    let day = |n: u64| start.plus(Duration::from_hours(24 * n));
    let end_on = |n| change(&seller, &|it| it.standing = Standing::new(Some(day(n))));
    end_on(30);
    seller.shop.env.clock.set(day(22));
    assert_eq!(swept(&seller).reminded, 0);
    seller.shop.env.clock.set(day(23));
    let at_once = std::thread::scope(|scope| {
        let nodes = [(); 3].map(|()| scope.spawn(|| swept(&seller).reminded));
        nodes.map(|node| node.join().unwrap())
    });
    assert_eq!(at_once.iter().sum::<usize>(), 1, "{at_once:?}");
    assert_eq!(
        (swept(&seller).reminded, told(&seller, "license.expiring")),
        (0, 1)
    );
    let deliveries = seller.deliveries();
    let reminder = deliveries
        .iter()
        .find(|it| it.event.as_str() == "license.expiring");
    let body = seller.body(reminder.unwrap());
    assert_eq!(
        (&body["status"], &body["reminder_days"]),
        (&"ACTIVE".into(), &7.into())
    );
    assert_eq!(body["expires_at"], day(30).to_rfc3339());

    end_on(60);
    assert_eq!(swept(&seller).reminded, 0);
    seller.shop.env.clock.set(day(53));
    assert_eq!(
        (swept(&seller).reminded, told(&seller, "license.expiring")),
        (1, 2)
    );
}

#[test]
fn no_reminder_is_sent_of_the_end_of_a_grace() {
    let seller = Seller::on_sale();
    seller.sell();
    remind_before(&seller, 30);
    let end = seller.shop.now().plus(Duration::from_hours(7 * 24));
    change(&seller, &|it| {
        it.standing = Standing::new(Some(end));
        it.subscription = Some(Subscribed {
            id: "sub_1".to_owned().try_into().unwrap(),
            status: SubscriptionStatus::Active,
            current_period_end: Some(end.plus(Duration::from_hours(23 * 24)).unix_seconds()),
            cancels_at_period_end: false,
        });
    });
    assert_eq!((swept(&seller).reminded, swept(&seller).reminded), (1, 0));
    assert_eq!(told(&seller, "license.expiring"), 0);
}
