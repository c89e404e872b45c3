//! A subscription whose sale is processed after its invoices, refunds and disputes; disputes over several of
//! its payments; and events that are processed at the same time.

use mintage_domain::base::id::DisputeId;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::stripe::event::{DisputeFacts, EventData, RefundFacts, RefundReport};
use mintage_domain::model::stripe::subscription::SubscriptionStatus::{Active, Paused};
use mintage_domain::model::stripe::subscription::{SoldPrice, StripeSubscription};
use mintage_domain::ports::{Commit, CommitError};
use mintage_domain::usecase::commit_loop::Decision;
use mintage_domain::usecase::stripe::inbound::{Outcome, decide};

use super::subscription::{Subscribed, intent};

impl Subscribed {
    /// A dispute over the payment of an invoice, as Stripe has it with this status.
    fn disputed(&self, number: i64, status: &str) -> EventData {
        let facts = DisputeFacts {
            id: DisputeId::parse(&format!("du_{number}")).unwrap(),
            payment_intent: Some(intent(number)),
            status: status.to_owned(),
            amount: Some(2_900),
            reason: None,
        };
        let account = self.seller.shop.account_ref();
        let stripe = &self.seller.stripe;
        stripe.put_invoice(&account, self.invoice(number, true));
        stripe.set_dispute(&account, facts.clone());
        EventData::Dispute(facts)
    }

    fn state(&self) -> (State, Option<&'static str>) {
        let license = self.license().license;
        let now = self.seller.shop.now();
        (license.state(now), license.reason(now))
    }
}

const ACTIVE: (State, Option<&str>) = (State::Active, None);
const FROZEN: (State, Option<&str>) = (State::Frozen, Some("dispute"));
const LOST: (State, Option<&str>) = (State::Revoked, Some("dispute"));
const REFUNDED: (State, Option<&str>) = (State::Revoked, Some("refund"));

#[test]
fn a_license_that_was_refunded_before_its_sale_is_not_one_for_ever_once_a_renewal_is_paid() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.refunded(0));
    subscribed.receive(subscribed.completed());
    assert_eq!(subscribed.on_day(1), (State::Revoked, 30));
    subscribed.receive(subscribed.paid(1));
    assert_eq!(subscribed.on_day(59), (State::Active, 60));
    assert_eq!(subscribed.on_day(60), (State::Expired, 60));
}

#[test]
fn a_refund_that_fails_gives_back_its_own_period_and_no_other() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.paid(1));
    subscribed.receive(subscribed.refunded(1));
    subscribed.receive(subscribed.refunded(0));
    assert_eq!(subscribed.on_day(1), (State::Revoked, 30));
    let EventData::Refund(facts) = subscribed.refunded(0) else {
        panic!("a refund");
    };
    subscribed.receive(EventData::Refund(RefundFacts {
        report: RefundReport::Refund {
            id: "re_0".to_owned().try_into().unwrap(),
            amount: 2_900,
            failed: true,
        },
        ..facts
    }));
    assert_eq!(subscribed.on_day(1), (State::Active, 30));
}

#[test]
fn a_dispute_over_any_invoice_that_was_received_before_the_sale_freezes_the_license() {
    for number in [0, 1] {
        for is_invoice_known in [true, false] {
            let subscribed = Subscribed::begin(0);
            if is_invoice_known {
                subscribed.receive(subscribed.paid(number));
            }
            subscribed.receive(subscribed.disputed(number, "needs_response"));
            subscribed.receive(subscribed.completed());
            assert_eq!(subscribed.state(), FROZEN, "{number} {is_invoice_known}");
            subscribed.receive(subscribed.disputed(number, "won"));
            assert_eq!(subscribed.state(), ACTIVE, "{number} {is_invoice_known}");
        }
    }
}

#[test]
fn an_upgrade_that_was_received_before_the_sale_is_minted() {
    let subscribed = Subscribed::begin(0);
    let shop = &subscribed.seller.shop;
    let team = KeyType {
        terms: LicenseTerms {
            activation_limit: 50,
            ..shop.key_type.terms.clone()
        },
        ..shop.another_key_type("team")
    };
    let mut changes = shop.changes();
    changes.key_types.push(Write::new(team));
    subscribed.seller.store.commit(changes).unwrap();
    subscribed.receive(subscribed.changed(StripeSubscription {
        sold: Some(SoldPrice {
            tenant: shop.tenant.id.clone(),
            product: shop.product.id.clone(),
            key_type: KeyTypeId::parse("team").unwrap(),
        }),
        ..subscribed.at(Active, 0)
    }));
    subscribed.receive(subscribed.completed());
    let license = subscribed.license().license;
    assert_eq!(
        (license.key_type.as_str(), license.activation_limit),
        ("team", 50)
    );
    let created = subscribed.seller.deliveries().remove(0);
    assert_eq!(subscribed.seller.body(&created)["key_type_id"], "team");
}

#[test]
fn of_disputes_over_several_payments_of_a_subscription_each_counts() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.paid(1));
    for (number, status, then) in [
        (0, "needs_response", FROZEN),
        (1, "lost", LOST),
        (0, "lost", LOST),
        (0, "appeal_needs_response", LOST),
        (0, "won", LOST),
        (1, "appeal_needs_response", FROZEN),
        (1, "won", ACTIVE),
    ] {
        subscribed.receive(subscribed.disputed(number, status));
        assert_eq!(subscribed.state(), then, "{number} {status}");
    }
}

#[test]
fn a_dispute_that_is_not_lost_after_all_leaves_the_refunds_of_the_subscription() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.refunded(0));
    for (status, then) in [
        ("lost", LOST),
        ("appeal_needs_response", REFUNDED),
        ("won", REFUNDED),
    ] {
        subscribed.receive(subscribed.disputed(0, status));
        assert_eq!(subscribed.state(), then, "{status}");
    }
}

/// Decides an event without committing it.
fn decided(subscribed: &Subscribed, data: EventData) -> Box<Changes> {
    let seller = &subscribed.seller;
    let (store, env, inbound) = (&*seller.store, seller.env(), seller.inbound(data));
    match decide(store, store, &*seller.stripe, &env, &inbound, None).unwrap() {
        Decision::Commit(changes, _) => changes,
        Decision::Answer(outcome) => panic!("{outcome:?}"),
    }
}

/// One event is decided, then what it found is undone at Stripe, and the event of that is processed, which finds
/// what is stored.
#[test]
fn what_was_undone_at_stripe_in_between_is_not_committed() {
    let subscribed = Subscribed::begin(0);
    subscribed.receive(subscribed.completed());
    subscribed.receive(subscribed.disputed(0, "lost"));
    let again: [(EventData, &dyn Fn() -> EventData); 2] = [
        (subscribed.changed(subscribed.at(Paused, 0)), &|| {
            subscribed.changed(subscribed.at(Active, 0))
        }),
        (subscribed.disputed(0, "appeal_under_review"), &|| {
            subscribed.disputed(0, "lost")
        }),
    ];
    for (slow, undone) in again {
        let slow = decided(&subscribed, slow);
        let ignored = subscribed.seller.receive(undone());
        assert!(matches!(ignored, Ok(Outcome::Ignored(_))), "{ignored:?}");
        let refused = subscribed.seller.store.commit(*slow);
        assert!(
            matches!(refused, Err(CommitError::Refused(_))),
            "{refused:?}"
        );
    }
    assert_eq!(subscribed.state(), LOST);
}
