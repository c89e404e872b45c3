//! A paid session whose order was lost mints by the signed copy that it carries.

use std::collections::BTreeMap;
use std::sync::Arc;

use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::order_snapshot;
use mintage_domain::model::stripe::event::{EventData, SessionFacts};
use mintage_domain::ports::{Commit, Orders};
use mintage_domain::usecase::stripe::inbound::{Inbound, Outcome};
use mintage_testkit::fixtures::cents;

use crate::seller::{Seller, paid, unpaid};

/// A seller who opened a checkout, and the same seller in a store that was restored from a backup of
/// the time before.
fn restored() -> (Seller, Seller, SessionId) {
    let before = Seller::on_sale();
    let session = before.session();
    let after = Seller::beside(&Arc::default(), &before.stripe, "acme");
    after.connect(&after.shop.account_ref()).unwrap();
    assert_eq!(before.shop.account, after.shop.account);
    (before, after, session)
}

fn facts(session: &SessionId, snapshot: BTreeMap<String, String>) -> SessionFacts {
    SessionFacts {
        snapshot,
        ..paid(session)
    }
}

fn completed(seller: &Seller, facts: SessionFacts) -> Inbound {
    seller.inbound(EventData::SessionCompleted(facts))
}

fn ignored(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Ignored(why) if why.contains("did not open"))
}

#[test]
fn a_lost_order_is_rebuilt_as_it_was_agreed_and_mints_exactly_once() {
    let (before, after, session) = restored();
    let lost = before.order(&session);
    let snapshot = before.snapshot(&session);
    let inbound = completed(&after, facts(&session, snapshot.clone()));
    assert_eq!(after.receive_as(&inbound), Ok(Outcome::Applied));
    let order = after.order(&session);
    assert_eq!(
        (
            &order.id,
            &order.terms,
            order.price,
            order.fee,
            order.created_at
        ),
        (&lost.id, &lost.terms, lost.price, lost.fee, lost.created_at)
    );
    assert_eq!(order.status, OrderStatus::Fulfilled);
    let license = after.licenses().remove(0).license;
    assert_eq!(license.activation_limit, lost.terms.activation_limit);
    assert_eq!(after.events(), ["license.created"]);
    assert!(
        after
            .audit()
            .iter()
            .any(|(_, action)| action == "order.rebuilt")
    );

    assert_eq!(after.receive_as(&inbound), Ok(Outcome::Duplicate));
    let another = completed(&after, facts(&session, snapshot));
    let again = after.receive_as(&another).unwrap();
    assert!(matches!(again, Outcome::Ignored(_)), "{again:?}");
    assert_eq!(after.licenses().len(), 1);
}

#[test]
fn an_order_without_its_session_takes_the_session_that_carries_it() {
    let (before, after, session) = restored();
    let half = Order {
        status: OrderStatus::Opening,
        session: None,
        version: 0,
        ..before.order(&session)
    };
    let mut changes = after.shop.changes();
    changes.orders.push(Write::changed(half));
    after.store.commit(changes).unwrap();
    let inbound = completed(&after, facts(&session, before.snapshot(&session)));
    assert_eq!(after.receive_as(&inbound), Ok(Outcome::Applied));
    assert_eq!(after.order(&session).status, OrderStatus::Fulfilled);
    assert_eq!(after.licenses().len(), 1);
}

#[test]
fn a_snapshot_that_is_forged_or_moved_mints_nothing() {
    let other_keys = || {
        let key = MasterKey::parse(&format!("test:{}", "77".repeat(32)));
        KeyRing::new(key.unwrap(), Vec::new()).unwrap()
    };
    let (before, _, session) = restored();
    let order = before.order(&session);
    let signed = |order: &Order| order_snapshot::write(order, before.env().keys);
    let genuine = || before.snapshot(&session);
    let foreign = Seller::beside(&Arc::default(), &Arc::default(), "other");
    let with = |change: fn(&mut Order)| {
        let mut order = order.clone();
        change(&mut order);
        order
    };
    let mut of_other_tenant = order.clone();
    of_other_tenant.tenant = foreign.tenant().clone();
    let mut of_other_account = order.clone();
    of_other_account.account = foreign.shop.account.clone();
    let cut: BTreeMap<_, _> = genuine().into_iter().skip(1).collect();
    for (name, facts) in [
        ("none", paid(&session)),
        ("cut", facts(&session, cut)),
        (
            "signed by another server",
            facts(&session, order_snapshot::write(&order, &other_keys())),
        ),
        (
            "of another tenant",
            facts(&session, signed(&of_other_tenant)),
        ),
        (
            "of another account",
            facts(&session, signed(&of_other_account)),
        ),
        (
            "of the other mode",
            facts(&session, signed(&with(|it| it.mode = Mode::Sandbox))),
        ),
        (
            "of a dearer order",
            facts(&session, signed(&with(|it| it.price = cents(99_900)))),
        ),
        (
            "in another currency",
            SessionFacts {
                currency: Some("eur".to_owned()),
                ..facts(&session, genuine())
            },
        ),
        (
            "of an unknown price",
            SessionFacts {
                amount_total: None,
                ..facts(&session, genuine())
            },
        ),
        (
            "unpaid",
            SessionFacts {
                snapshot: genuine(),
                ..unpaid(&session)
            },
        ),
    ] {
        let (_, after, _) = restored();
        let outcome = after.receive_as(&completed(&after, facts)).unwrap();
        assert!(ignored(&outcome), "{name}: {outcome:?}");
        assert_eq!(after.licenses(), [], "{name}");
        assert_eq!(
            after.store.order(after.tenant(), &order.id),
            Ok(None),
            "{name}"
        );
    }
}

#[test]
fn a_snapshot_copied_to_another_session_mints_nothing_while_the_order_is_known() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let copied = SessionId::parse("cs_live_copied").unwrap();
    let moved = completed(&seller, facts(&copied, seller.snapshot(&session)));
    for receive_first in [false, true] {
        if receive_first {
            let sold = seller.receive(EventData::SessionCompleted(paid(&session)));
            assert_eq!(sold, Ok(Outcome::Applied));
        }
        let again = completed(&seller, facts(&copied, seller.snapshot(&session)));
        let outcome = seller.receive_as(&again).unwrap();
        assert!(ignored(&outcome), "{outcome:?}");
        assert_eq!(seller.licenses().len(), usize::from(receive_first));
    }
    assert!(ignored(&seller.receive_as(&moved).unwrap()));
}

#[test]
fn a_rebuilt_order_whose_product_is_lost_too_waits_for_it() {
    let (before, _, session) = restored();
    let order = before.order(&session);
    let elsewhere = Order {
        product: ProductId::parse("gone").unwrap(),
        ..order
    };
    let snapshot = order_snapshot::write(&elsewhere, before.env().keys);
    let (_, after, _) = restored();
    let outcome = after.receive_as(&completed(&after, facts(&session, snapshot)));
    assert!(matches!(outcome, Ok(Outcome::Parked(_))), "{outcome:?}");
}
