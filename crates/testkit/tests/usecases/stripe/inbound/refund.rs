use std::time::Duration;

use mintage_domain::base::id::SessionId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::model::licenses::standing::{Revocation, RevocationReason, State};
use mintage_domain::model::sales::payment::PaymentKey;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{EventData, RefundFacts, SessionFacts};
use mintage_domain::ports::{Mails, Payments};
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::stripe::inbound::Outcome;

use crate::seller::{Seller, intent, paid, refund, refunded};

/// Makes an event about a session.
type Make = fn(&SessionId) -> EventData;

fn state(seller: &Seller) -> (State, Option<RevocationReason>) {
    let license = seller.licenses().remove(0).license;
    let reason = license.standing.revocation().map(Revocation::reason);
    (license.state(seller.shop.now()), reason)
}

fn refunds(seller: &Seller, session: &SessionId) -> (i64, bool) {
    let key = PaymentKey {
        account: seller.shop.account.clone(),
        intent: intent(session),
    };
    let payment = seller.store.payment(&key).unwrap().unwrap();
    (payment.refunded(), payment.is_fully_refunded())
}

#[test]
fn a_payment_given_back_in_full_revokes_and_part_of_it_does_not() {
    let seller = Seller::on_sale();
    let session = seller.session();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    assert_eq!(
        seller.receive(refunded(&session, 1_000)),
        Ok(Outcome::Applied)
    );
    assert_eq!(state(&seller), (State::Active, None));
    assert_eq!(refunds(&seller, &session), (1_000, false));

    assert_eq!(
        seller.receive(refunded(&session, 2_900)),
        Ok(Outcome::Applied)
    );
    assert_eq!(
        state(&seller),
        (State::Revoked, Some(RevocationReason::Refund))
    );
    let told = [
        "license.created",
        "license.refunded",
        "order.refunded",
        "order.refunded",
    ];
    assert_eq!(seller.events(), told);
    assert_eq!(seller.audited("license.refunded"), 1);

    for amount in [500, 1_000, 2_900] {
        seller.receive(refunded(&session, amount)).unwrap();
    }
    assert_eq!(refunds(&seller, &session), (2_900, true));
    assert_eq!(seller.events(), told, "older totals tell nothing");
}

#[test]
fn the_events_of_a_sale_and_its_refunds_end_the_same_in_any_order() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let seller = Seller::on_sale();
        let session = seller.session();
        let data = [
            EventData::SessionCompleted(paid(&session)),
            refunded(&session, 700),
            refunded(&session, 2_900),
        ];
        for event in order {
            seller.shop.env.clock.advance(Duration::from_secs(1));
            seller.receive(data[event].clone()).unwrap();
        }
        assert_eq!(
            state(&seller),
            (State::Revoked, Some(RevocationReason::Refund)),
            "{order:?}"
        );
        let mut events = seller.events();
        events.retain(|event| *event != "order.refunded");
        assert_eq!(events, ["license.created", "license.refunded"], "{order:?}");
        assert_eq!(refunds(&seller, &session), (2_900, true), "{order:?}");
    }
}

#[test]
fn the_seller_is_notified_of_a_refund_without_the_key() {
    let seller = Seller::on_sale();
    let session = seller.session();
    seller.receive(refunded(&session, 2_900)).unwrap();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    let license = seller.licenses().remove(0).license;
    for delivery in seller.deliveries() {
        let body = seller.body(&delivery);
        let masked = body["key"] == license.masked_key.as_str();
        assert_eq!(masked, body["event"] != "license.created", "{body}");
    }
}

#[test]
fn a_refund_of_nothing_of_ours_is_kept_for_the_sale_or_ignored() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let early = seller.receive(refunded(&session, 2_900));
    assert_eq!(early, Ok(Outcome::Applied), "the sale will find it");
    assert_eq!(seller.deliveries(), []);
    let EventData::Refund(facts) = refunded(&session, 2_900) else {
        panic!("a refund is an event about refunds");
    };
    let without_payment = seller.receive(EventData::Refund(RefundFacts {
        payment_intent: None,
        ..facts
    }));
    assert!(matches!(without_payment, Ok(Outcome::Ignored(_))));
}

#[test]
fn a_sale_and_its_refund_received_at_once_leave_a_revoked_license() {
    for _ in 0..20 {
        let seller = Seller::on_sale();
        let session = seller.session();
        let sale = seller.inbound(EventData::SessionCompleted(paid(&session)));
        let refund = seller.inbound(refunded(&session, 2_900));
        std::thread::scope(|scope| {
            scope.spawn(|| seller.receive_as(&sale).unwrap());
            scope.spawn(|| seller.receive_as(&refund).unwrap());
        });
        assert_eq!(state(&seller).0, State::Revoked);
        let told = ["license.created", "license.refunded", "order.refunded"];
        assert_eq!(seller.events(), told);
    }
}

#[test]
fn an_admins_revocation_outranks_a_refund_whichever_came_first() {
    for admin_first in [true, false] {
        let seller = Seller::on_sale();
        let session = seller.session();
        seller
            .receive(EventData::SessionCompleted(paid(&session)))
            .unwrap();
        let license = seller.licenses().remove(0).license.id;
        let by_admin = || {
            let (store, env) = (&*seller.store, seller.env());
            revoke(store, &env, seller.tenant(), &license, &Actor::Operator).unwrap();
        };
        if admin_first {
            by_admin();
        }
        seller.receive(refunded(&session, 2_900)).unwrap();
        if !admin_first {
            by_admin();
        }
        assert_eq!(
            state(&seller),
            (State::Revoked, Some(RevocationReason::Admin))
        );
        let ended = if admin_first {
            "license.revoked"
        } else {
            "license.refunded"
        };
        assert_eq!(
            seller.events(),
            ["license.created", ended, "order.refunded"],
            "the seller is notified once"
        );
    }
}

#[test]
fn a_refund_that_fails_gives_the_license_back_in_any_order_of_events() {
    let sale: Make = |session| EventData::SessionCompleted(paid(session));
    let total: Make = |session| refunded(session, 2_900);
    let made: Make = |session| refund(session, "re_1", 2_900, false);
    let failed: Make = |session| refund(session, "re_1", 2_900, true);
    let data = [sale, total, made, failed];
    for order in permutations(4) {
        let seller = Seller::on_sale();
        let session = seller.session();
        for event in &order {
            seller.shop.env.clock.advance(Duration::from_secs(1));
            seller.receive(data[*event](&session)).unwrap();
        }
        assert_eq!(state(&seller), (State::Active, None), "{order:?}");
        assert_eq!(refunds(&seller, &session), (0, false), "{order:?}");
        let events = seller.events();
        let count = |name: &str| events.iter().filter(|it| **it == name).count();
        assert_eq!(count("license.created"), 1, "{order:?}");
        let (revoked, given_back) = (count("license.refunded"), count("license.updated"));
        assert_eq!(revoked, given_back, "{order:?}: {events:?}");
    }
}

#[test]
fn refunds_that_stand_are_summed_by_their_ids() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let receive = |data| seller.receive(data).unwrap();
    receive(EventData::SessionCompleted(paid(&session)));
    receive(refund(&session, "re_1", 1_000, false));
    receive(refund(&session, "re_2", 1_900, false));
    let revoked = (State::Revoked, Some(RevocationReason::Refund));
    assert_eq!(state(&seller), revoked);
    receive(refund(&session, "re_2", 1_900, true));
    assert_eq!(state(&seller), (State::Active, None));
    assert_eq!(refunds(&seller, &session), (1_000, false));
    receive(refund(&session, "re_3", 1_900, false));
    assert_eq!(state(&seller), revoked);
}

#[test]
fn a_failed_refund_never_undoes_an_admins_revocation() {
    for admin_first in [true, false] {
        let seller = Seller::on_sale();
        let session = seller.session();
        let receive = |data| seller.receive(data).unwrap();
        receive(EventData::SessionCompleted(paid(&session)));
        let license = seller.licenses().remove(0).license.id;
        let by_admin = || {
            let (store, env) = (&*seller.store, seller.env());
            revoke(store, &env, seller.tenant(), &license, &Actor::Operator).unwrap();
        };
        if admin_first {
            by_admin();
        }
        receive(refund(&session, "re_1", 2_900, false));
        if !admin_first {
            by_admin();
        }
        receive(refund(&session, "re_1", 2_900, true));
        let revoked = (State::Revoked, Some(RevocationReason::Admin));
        assert_eq!(state(&seller), revoked);
    }
}

#[test]
fn a_license_that_was_refunded_before_its_sale_is_mailed_when_the_refund_fails() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let receive = |data| seller.receive(data).unwrap();
    receive(refund(&session, "re_1", 2_900, false));
    receive(EventData::SessionCompleted(paid(&session)));
    let mails = || {
        let page = PageRequest::default();
        let license = seller.licenses().remove(0).license.id;
        let mails = seller.store.mails(seller.tenant(), &license, &page);
        mails.unwrap().items.len()
    };
    assert_eq!(mails(), 0);
    receive(refund(&session, "re_1", 2_900, true));
    assert_eq!(mails(), 1);
}

#[test]
fn a_partial_refund_tells_how_much_of_what_was_charged() {
    for sale_first in [true, false] {
        let seller = Seller::on_sale();
        let session = seller.session();
        let sale = EventData::SessionCompleted(paid(&session));
        let part = refund(&session, "re_1", 1_000, false);
        let events = if sale_first {
            [sale, part]
        } else {
            [part, sale]
        };
        for event in events {
            seller.receive(event).unwrap();
        }
        let deliveries = seller.deliveries();
        let told = deliveries
            .iter()
            .find(|it| it.event.as_str() == "order.refunded");
        let body = seller.body(told.unwrap());
        assert_eq!(body["amount_refunded"], 1_000, "{body}");
        assert_eq!(body["amount_charged"], 2_900, "{body}");
        assert_eq!(body["currency"], "usd", "{body}");
        assert_eq!(body["status"], "ACTIVE", "{body}");
    }
}

#[test]
fn a_refund_is_told_as_a_part_only_when_what_was_charged_is_known() {
    let sale: Make = |session| {
        EventData::SessionCompleted(SessionFacts {
            amount_total: None,
            ..paid(session)
        })
    };
    let cases: [(Make, Make, &[&str]); 2] = [
        (
            |session| refund(session, "re_1", 2_900, false),
            |session| refunded(session, 2_900),
            &["license.created", "license.refunded", "order.refunded"],
        ),
        (
            |session| refund(session, "re_1", 1_000, false),
            |session| refunded(session, 1_000),
            &["license.created", "order.refunded"],
        ),
    ];
    for (by_id, by_total, told) in cases {
        let data = [sale, by_id, by_total];
        for order in permutations(data.len()) {
            let seller = Seller::on_sale();
            let session = seller.session();
            for event in &order {
                seller.shop.env.clock.advance(Duration::from_secs(1));
                seller.receive(data[*event](&session)).unwrap();
            }
            assert_eq!(seller.events(), told, "{order:?}");
        }
    }
}

/// All orders of the numbers below `n`.
pub(super) fn permutations(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = permutations(last);
    let with_last = |place: usize| {
        shorter.iter().map(move |order| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    };
    (0..n).flat_map(with_last).collect()
}
