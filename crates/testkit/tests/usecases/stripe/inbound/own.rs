//! Events at a seller's own endpoint, of sessions that the seller made.

use mintage_domain::base::id::{InvoiceId, PaymentIntentId, SessionId, SubscriptionId};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::QuantityAs;
use mintage_domain::model::licenses::recurrence::{Billing, Interval, Recurrence};
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::sales::claim::SaleClaim;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::stripe::event::{EventData, OwnSession, SessionFacts};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::subscription::{
    InvoiceFacts, StripeSubscription, SubscriptionStatus,
};
use mintage_domain::ports::{Commit, MockStripe};
use mintage_domain::usecase::stripe::inbound::{Outcome, receive};

use super::refund::permutations;
use crate::seller::{Seller, dispute, paid, refunded};

const MONTH: i64 = 30 * 86_400;

fn session() -> SessionId {
    SessionId::parse("cs_test_own").unwrap()
}

fn sub() -> SubscriptionId {
    SubscriptionId::parse("sub_own").unwrap()
}

/// Receives an event at the manual endpoint. This server has no access to the account behind it, so a call
/// of Stripe fails the test.
fn receive_own(seller: &Seller, data: EventData) -> Outcome {
    let mut inbound = seller.inbound(data);
    inbound.endpoint = EventEndpoint::Manual(seller.tenant().clone(), seller.shop.mode);
    inbound.event.account = None;
    let stripe = MockStripe::new();
    receive(&*seller.store, &stripe, &seller.env(), &inbound).unwrap()
}

/// A paid session whose metadata name the key type of the shop.
fn sold(seller: &Seller, quantity: &str) -> SessionFacts {
    let key_type = seller.shop.key_type.id.as_str().to_owned();
    SessionFacts {
        own: Box::new(OwnSession {
            claim: SaleClaim {
                key_type: Some(key_type),
                quantity: Some(quantity.to_owned()),
                ..SaleClaim::default()
            },
            ..OwnSession::default()
        }),
        ..paid(&session())
    }
}

/// A seller whose key type is changed in this way.
fn seller_with(change: impl FnOnce(&mut KeyType)) -> Seller {
    let seller = Seller::new();
    let mut key_type = seller.shop.key_type.clone();
    change(&mut key_type);
    let mut changes = seller.shop.changes();
    changes.key_types.push(Write::changed(key_type));
    seller.store.commit(changes).unwrap();
    seller
}

fn monthly() -> Seller {
    seller_with(|key_type| {
        key_type.recurrence = Some(Recurrence {
            billing: Billing {
                interval: Interval::Month,
                count: 1,
            },
            trial_days: 0,
            grace_days: 7,
        });
    })
}

fn states(seller: &Seller) -> Vec<State> {
    let now = seller.shop.now();
    let licenses = seller.licenses();
    licenses.iter().map(|it| it.license.state(now)).collect()
}

#[test]
fn a_quantity_buys_licenses_or_seats_as_the_key_type_says() {
    for (quantity_as, licenses, activations) in
        [(QuantityAs::Licenses, 4, 3), (QuantityAs::Seats, 1, 12)]
    {
        let seller = seller_with(|it| {
            it.sale.quantity_as = quantity_as;
            it.terms.activation_limit = 3;
        });
        let sale = EventData::SessionCompleted(sold(&seller, "4"));
        assert_eq!(receive_own(&seller, sale), Outcome::Applied);
        let minted = seller.licenses();
        assert_eq!(minted.len(), licenses);
        for record in minted {
            assert_eq!(record.license.activation_limit, activations);
        }
    }
}

#[test]
fn a_sale_that_cannot_be_followed_to_the_letter_waits_for_its_seller() {
    let too_many_seats = seller_with(|it| {
        it.sale.quantity_as = QuantityAs::Seats;
        it.terms.activation_limit = 100_000;
    });
    for (seller, quantity) in [
        (Seller::new(), "0"),
        (Seller::new(), "101"),
        (too_many_seats, "2"),
        // The key type recurs, and the session began no subscription.
        (monthly(), "1"),
    ] {
        let sale = EventData::SessionCompleted(sold(&seller, quantity));
        assert_eq!(receive_own(&seller, sale), Outcome::Applied);
        assert_eq!(seller.last_order().status, OrderStatus::Unmapped);
        assert!(seller.licenses().is_empty());
    }
}

#[test]
fn a_dispute_freezes_and_revokes_as_its_events_say_whatever_their_order() {
    for steps in [
        // An event that is late changes nothing.
        [
            ("needs_response", State::Frozen),
            ("won", State::Active),
            ("needs_response", State::Active),
        ],
        [
            ("needs_response", State::Frozen),
            ("lost", State::Revoked),
            ("needs_response", State::Revoked),
        ],
    ] {
        let seller = Seller::new();
        receive_own(&seller, EventData::SessionCompleted(sold(&seller, "2")));
        for (status, state) in steps {
            let event = EventData::Dispute(dispute(&session(), "du_1", status));
            receive_own(&seller, event);
            assert_eq!(states(&seller), [state, state], "{status}");
        }
    }
}

/// A month that was paid, which began this many months after the sale.
fn invoice(start: i64, number: i64) -> EventData {
    let id = |kind: &str| format!("{kind}_own_{number}");
    EventData::Invoice(InvoiceFacts {
        id: InvoiceId::parse(&id("in")).unwrap(),
        subscription: Some(sub()),
        created: Some(start + number * MONTH),
        period_end: Some(start + (number + 1) * MONTH),
        is_paid: true,
        is_void: false,
        has_failed: false,
        amount_paid: Some(2_900),
        currency: Some("usd".to_owned()),
        payment_intent: PaymentIntentId::parse(&id("pi")).ok(),
        // The metadata of a seller's own subscription do not say whose it is.
        is_ours: Some(false),
    })
}

#[test]
fn a_subscription_of_the_sellers_own_is_followed_in_any_order_of_its_first_events() {
    for order in permutations(3) {
        let seller = monthly();
        let start = seller.shop.now().unix_seconds();
        let began = EventData::SessionCompleted(SessionFacts {
            payment_intent: None,
            subscription: Some(sub()),
            invoice: InvoiceId::parse("in_own_0").ok(),
            ..sold(&seller, "1")
        });
        let renewed = EventData::Subscription(StripeSubscription {
            id: sub(),
            status: SubscriptionStatus::Active,
            period_start: Some(start),
            period_end: Some(start + MONTH),
            cancels: false,
            is_paused: false,
            latest_invoice: InvoiceId::parse("in_own_0").ok(),
            sold: None,
            is_ours: Some(false),
        });
        let events = [began, invoice(start, 0), renewed];
        for nth in &order {
            receive_own(&seller, events[*nth].clone());
        }
        let until = |seller: &Seller| {
            let license = seller.licenses().remove(0).license;
            license
                .standing
                .expires_at()
                .map(|at| at.unix_seconds() - start)
        };
        assert_eq!(states(&seller), [State::Active], "{order:?}");
        assert_eq!(until(&seller), Some(MONTH), "{order:?}");
        receive_own(&seller, invoice(start, 1));
        assert_eq!(until(&seller), Some(2 * MONTH), "{order:?}");
    }
}

#[test]
fn a_session_of_the_connected_account_that_is_told_at_both_endpoints_mints_once() {
    for own_first in [true, false] {
        let seller = Seller::on_sale();
        let session = seller.session();
        let sale = EventData::SessionCompleted(paid(&session));
        if own_first {
            assert_eq!(receive_own(&seller, sale.clone()), Outcome::Applied);
            assert!(matches!(seller.receive(sale), Ok(Outcome::Ignored(_))));
        } else {
            assert_eq!(seller.receive(sale.clone()), Ok(Outcome::Applied));
            assert!(matches!(receive_own(&seller, sale), Outcome::Ignored(_)));
        }
        assert_eq!(states(&seller), [State::Active]);
        receive_own(&seller, refunded(&session, 2_900));
        assert_eq!(states(&seller), [State::Revoked]);
    }
}
