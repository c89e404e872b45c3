//! Sessions that a seller made, of which a price says what was sold: a restricted key reads the price.

use mintage_domain::base::id::{PaymentLinkId, SessionId, StripePriceId};
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::claim::{ClaimedLine, SaleClaim};
use mintage_domain::model::sales::mapping::{PaidBy, SaleMapping};
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{EventData, OwnSession, SessionFacts};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::ports::{Commit, MockStripe, StripeError, StripeRefusal};
use mintage_domain::usecase::stripe::inbound::{InboundError, Outcome, receive};
use mintage_domain::usecase::stripe::unmapped::{MintOrder, MintOrderError, mint_order};

use crate::seller::{Seller, paid};

type Answer = Result<Option<Vec<ClaimedLine>>, StripeError>;

/// A seller who has connected a restricted key.
fn with_key() -> Seller {
    let seller = Seller::new();
    let mut changes = seller.shop.changes();
    let key = seller.shop.restricted_key();
    changes.restricted_keys.push(Write::new(key));
    seller.store.commit(changes).unwrap();
    seller
}

fn map(seller: &Seller, paid: PaidBy) {
    let (product, key_type) = (&seller.shop.product, &seller.shop.key_type);
    let mut mappings = seller.shop.sale_mappings();
    mappings.items = vec![SaleMapping {
        paid,
        product: product.id.clone(),
        key_type: key_type.id.clone(),
    }];
    let mut changes = seller.shop.changes();
    changes.sale_mappings.push(Write::new(mappings));
    seller.store.commit(changes).unwrap();
}

fn price(id: &str) -> PaidBy {
    PaidBy::Price(StripePriceId::parse(id).unwrap())
}

fn line(id: &str, quantity: i64) -> ClaimedLine {
    ClaimedLine {
        price: StripePriceId::parse(id).unwrap(),
        quantity,
    }
}

fn session() -> SessionId {
    SessionId::parse("cs_test_own").unwrap()
}

/// A paid session that says this about itself.
fn sale(claim: SaleClaim) -> SessionFacts {
    SessionFacts {
        own: Box::new(OwnSession {
            claim,
            ..OwnSession::default()
        }),
        ..paid(&session())
    }
}

/// A Stripe that is asked so many times, only for the lines of the session and with a key.
fn stripe(times: usize, answer: Answer) -> MockStripe {
    let mut stripe = MockStripe::new();
    stripe
        .expect_session_lines()
        .times(times)
        .withf(|access, asked| access.account().is_some() && *asked == session())
        .returning(move |_, _| answer.clone());
    stripe
}

fn receive_own(
    seller: &Seller,
    stripe: &MockStripe,
    facts: SessionFacts,
) -> Result<Outcome, InboundError> {
    let mut inbound = seller.inbound(EventData::SessionCompleted(facts));
    let (tenant, mode) = (seller.tenant().clone(), seller.shop.mode);
    inbound.endpoint = EventEndpoint::RestrictedKey(tenant, mode);
    inbound.event.account = None;
    receive(&*seller.store, stripe, &seller.env(), &inbound)
}

fn mint(seller: &Seller, stripe: &MockStripe) -> Result<OrderStatus, MintOrderError> {
    let (store, env) = (&*seller.store, seller.env());
    let order = seller.last_order().id;
    let of = (seller.tenant(), &order);
    let wanted = MintOrder::default();
    let minted = mint_order(store, stripe, &env, of, &Actor::Operator, &wanted);
    minted.map(|order| order.status)
}

fn refused(lacks_permission: bool) -> StripeError {
    StripeError::Refused(StripeRefusal {
        lacks_permission,
        ..StripeRefusal::default()
    })
}

#[test]
fn the_mapped_price_of_a_session_says_what_was_sold_and_how_often() {
    for (lines, minted) in [
        (Some(vec![line("price_pro", 1)]), 1),
        (Some(vec![line("price_pro", 3)]), 3),
        (Some(vec![line("price_mug", 5), line("price_pro", 2)]), 2),
        (Some(vec![line("price_mug", 1)]), 0),
        (Some(vec![line("price_pro", 0)]), 0),
        (Some(vec![]), 0),
        // The session is of another account than the key.
        (None, 0),
    ] {
        let seller = with_key();
        map(&seller, price("price_pro"));
        let stripe = stripe(1, Ok(lines.clone()));
        let outcome = receive_own(&seller, &stripe, sale(SaleClaim::default()));
        assert_eq!(outcome, Ok(Outcome::Applied), "{lines:?}");
        assert_eq!(seller.licenses().len(), minted, "{lines:?}");
        let status = match minted {
            0 => OrderStatus::Unmapped,
            _ => OrderStatus::Fulfilled,
        };
        assert_eq!(seller.last_order().status, status, "{lines:?}");
    }
}

#[test]
fn stripe_is_asked_only_where_a_price_can_say_what_was_sold() {
    let link = PaymentLinkId::parse("plink_1").unwrap();
    let of_link = || SaleClaim {
        payment_link: Some(link.clone()),
        ..SaleClaim::default()
    };
    let unknown = || SaleClaim {
        key_type: Some("unknown".to_owned()),
        ..SaleClaim::default()
    };
    let known = || SaleClaim {
        lines: vec![line("price_pro", 1)],
        ..SaleClaim::default()
    };
    for (name, mapped, claim, minted) in [
        ("nothing is mapped", None, SaleClaim::default(), 0),
        (
            "the link is mapped",
            Some(PaidBy::PaymentLink(link.clone())),
            of_link(),
            1,
        ),
        (
            "a link is mapped",
            Some(PaidBy::PaymentLink(link.clone())),
            SaleClaim::default(),
            0,
        ),
        (
            "the metadata say it",
            Some(price("price_pro")),
            unknown(),
            0,
        ),
        ("the event says it", Some(price("price_pro")), known(), 1),
    ] {
        let seller = with_key();
        if let Some(mapped) = mapped {
            map(&seller, mapped);
        }
        let outcome = receive_own(&seller, &stripe(0, Ok(None)), sale(claim));
        assert_eq!(outcome, Ok(Outcome::Applied), "{name}");
        assert_eq!(seller.licenses().len(), minted, "{name}");
    }
    let without_key = Seller::new();
    map(&without_key, price("price_pro"));
    let sold = sale(SaleClaim::default());
    let outcome = receive_own(&without_key, &stripe(0, Ok(None)), sold);
    assert_eq!(outcome, Ok(Outcome::Applied));
    assert_eq!(without_key.last_order().status, OrderStatus::Unmapped);
}

#[test]
fn a_sale_is_lost_by_no_failure_of_stripe() {
    let away = StripeError::Unavailable("a timeout".to_owned());
    for error in [StripeError::Unauthorized, refused(true), away] {
        let seller = with_key();
        map(&seller, price("price_pro"));
        let outcome = receive_own(
            &seller,
            &stripe(1, Err(error.clone())),
            sale(SaleClaim::default()),
        );
        match outcome {
            Ok(Outcome::Parked(reason)) => assert!(error.is_of_key(), "{reason}"),
            Err(InboundError::Stripe(failed)) => assert_eq!(failed, error),
            other => panic!("{error}: {other:?}"),
        }
        assert!(seller.licenses().is_empty());
        // The event is tried again.
        let answer = stripe(1, Ok(Some(vec![line("price_pro", 1)])));
        let again = receive_own(&seller, &answer, sale(SaleClaim::default()));
        assert_eq!(again, Ok(Outcome::Applied));
        assert_eq!(seller.licenses().len(), 1);
    }
}

#[test]
fn what_stripe_refuses_for_another_reason_waits_for_its_seller() {
    let seller = with_key();
    map(&seller, price("price_pro"));
    let answer = stripe(1, Err(refused(false)));
    let outcome = receive_own(&seller, &answer, sale(SaleClaim::default()));
    assert_eq!(outcome, Ok(Outcome::Applied));
    assert_eq!(seller.last_order().status, OrderStatus::Unmapped);
}

#[test]
fn a_price_that_is_mapped_after_the_sale_mints_when_the_seller_asks() {
    let seller = with_key();
    let sold = sale(SaleClaim::default());
    assert_eq!(
        receive_own(&seller, &stripe(0, Ok(None)), sold),
        Ok(Outcome::Applied)
    );
    assert_eq!(
        mint(&seller, &stripe(0, Ok(None))),
        Err(MintOrderError::Unmapped)
    );

    map(&seller, price("price_pro"));
    assert!(
        seller.licenses().is_empty(),
        "a mapping mints nothing by itself"
    );
    let away = StripeError::Unavailable("a timeout".to_owned());
    let failed = mint(&seller, &stripe(1, Err(away.clone())));
    assert_eq!(failed, Err(MintOrderError::Stripe(away)));
    let failed = mint(&seller, &stripe(1, Err(refused(true))));
    assert!(
        matches!(failed, Err(MintOrderError::KeyRefused(_))),
        "{failed:?}"
    );
    let failed = mint(&seller, &stripe(1, Ok(Some(vec![line("price_mug", 1)]))));
    assert_eq!(failed, Err(MintOrderError::Unmapped));

    let answer = stripe(1, Ok(Some(vec![line("price_pro", 2)])));
    assert_eq!(mint(&seller, &answer), Ok(OrderStatus::Fulfilled));
    assert_eq!(seller.licenses().len(), 2);
}
