use std::time::Duration;

use mintage_domain::base::id::SessionId;
use mintage_domain::model::licenses::standing::{Revocation, RevocationReason, State};
use mintage_domain::model::sales::payment::PaymentKey;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{EventData, RefundFacts};
use mintage_domain::ports::Payments;
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::stripe::inbound::Outcome;

use crate::seller::{Seller, intent, paid, refunded};

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
    (payment.refunded, payment.fully_refunded)
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
    assert_eq!(seller.events(), ["license.created", "license.refunded"]);
    assert_eq!(seller.audited("license.refunded"), 1);

    for amount in [500, 1_000, 2_900] {
        let old = seller.receive(refunded(&session, amount)).unwrap();
        assert!(matches!(old, Outcome::Ignored(_)), "{amount}: {old:?}");
    }
    assert_eq!(seller.events().len(), 2);
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
        assert_eq!(
            seller.events(),
            ["license.created", "license.refunded"],
            "{order:?}"
        );
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
        assert_eq!(masked, body["event"] == "license.refunded", "{body}");
    }
}

#[test]
fn a_refund_of_nothing_of_ours_is_kept_for_the_sale_or_ignored() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let early = seller.receive(refunded(&session, 2_900));
    assert_eq!(early, Ok(Outcome::Applied), "the sale will find it");
    assert_eq!(seller.deliveries(), []);
    let without_payment = seller.receive(EventData::ChargeRefunded(RefundFacts {
        payment_intent: None,
        amount_refunded: 2_900,
        fully: true,
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
        assert_eq!(seller.events(), ["license.created", "license.refunded"]);
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
            ["license.created", ended],
            "the seller is notified once"
        );
    }
}
