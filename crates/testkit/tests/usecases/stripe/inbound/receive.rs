use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::stripe::connection::ConnectionState;
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::processed_event::EventOutcome;
use mintage_domain::ports::{Catalog, Connections, MockStripe, ProcessedEvents, StripeError};
use mintage_domain::usecase::stripe::inbound::{Inbound, InboundError, Outcome, receive};
use mintage_testkit::fixtures::stripe_account;

use crate::seller::{Seller, paid, refunded};

fn recorded_outcome(seller: &Seller, inbound: &Inbound) -> Option<EventOutcome> {
    let outcome = seller
        .store
        .processed_event(&inbound.endpoint, &inbound.event.id);
    outcome.unwrap().map(|event| event.outcome)
}

#[test]
fn an_event_is_processed_once_and_a_repeat_does_nothing() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let completed = seller.inbound(EventData::SessionCompleted(paid(&session)));
    assert_eq!(seller.receive_as(&completed), Ok(Outcome::Applied));
    assert_eq!(
        recorded_outcome(&seller, &completed),
        Some(EventOutcome::Applied)
    );
    for _ in 0..3 {
        assert_eq!(seller.receive_as(&completed), Ok(Outcome::Duplicate));
    }
    assert_eq!(seller.licenses().len(), 1);
    let other = seller.inbound(EventData::SessionCompleted(paid(&session)));
    let ignored = Outcome::Ignored("the order is fulfilled already".to_owned());
    assert_eq!(
        seller.receive_as(&other),
        Ok(ignored),
        "another event about the same"
    );
    assert_eq!(seller.events(), ["license.created"]);
}

#[test]
fn the_same_event_at_once_is_applied_by_one() {
    let seller = Seller::on_sale();
    let completed = seller.inbound(EventData::SessionCompleted(paid(&seller.session())));
    let mut outcomes = std::thread::scope(|scope| {
        let receive = || seller.receive_as(&completed).unwrap();
        let receivers: Vec<_> = (0..8).map(|_| scope.spawn(receive)).collect();
        receivers
            .into_iter()
            .map(|it| it.join().unwrap())
            .collect::<Vec<_>>()
    });
    outcomes.retain(|outcome| *outcome != Outcome::Duplicate);
    assert_eq!(outcomes, [Outcome::Applied]);
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn the_endpoint_decides_the_mode() {
    let seller = Seller::on_sale();
    let completed = EventData::SessionCompleted(paid(&seller.session()));
    let from = |endpoint: Mode, livemode: bool| {
        let mut inbound = seller.inbound(completed.clone());
        inbound.endpoint = EventEndpoint::Connect(endpoint);
        inbound.event.livemode = livemode;
        (
            seller.receive_as(&inbound),
            recorded_outcome(&seller, &inbound),
        )
    };
    let (refused, kept) = from(Mode::Sandbox, true);
    assert_eq!(refused, Err(InboundError::LiveEventOnSandbox));
    assert_eq!(
        kept, None,
        "nothing is recorded, so that Stripe sends it again"
    );
    let (ignored, kept) = from(Mode::Live, false);
    assert!(matches!(ignored, Ok(Outcome::Ignored(_))), "{ignored:?}");
    assert!(matches!(kept, Some(EventOutcome::Ignored(_))), "{kept:?}");
    let (sandbox, _) = from(Mode::Sandbox, false);
    assert!(
        matches!(sandbox, Ok(Outcome::Ignored(_))),
        "the account is live only"
    );
    assert_eq!(seller.licenses(), []);
    assert_eq!(from(Mode::Live, true).0, Ok(Outcome::Applied));
}

#[test]
fn one_event_on_both_endpoints_is_two() {
    let seller = Seller::new();
    let mut test_event = seller.inbound(EventData::Other);
    test_event.event.livemode = false;
    for endpoint in Mode::ALL {
        test_event.endpoint = EventEndpoint::Connect(endpoint);
        let first = seller.receive_as(&test_event).unwrap();
        assert!(matches!(first, Outcome::Ignored(_)), "{first:?}");
        assert_eq!(seller.receive_as(&test_event), Ok(Outcome::Duplicate));
    }
}

#[test]
fn events_that_are_none_of_ours_are_ignored_and_recorded() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let completed = EventData::SessionCompleted(paid(&session));
    let about = |account: Option<&str>, data: &EventData| {
        let mut inbound = seller.inbound(data.clone());
        inbound.event.account = account.map(stripe_account);
        inbound
    };
    let ours = seller.shop.account.as_str();
    let foreign = SessionId::parse("cs_foreign").unwrap();
    for (account, data) in [
        (None, completed.clone()),
        (Some("acct_stranger"), completed),
        (Some("acct_stranger"), EventData::Deauthorized),
        (Some(ours), EventData::Other),
        (Some(ours), EventData::SessionCompleted(paid(&foreign))),
        (Some(ours), EventData::SessionExpired(foreign.clone())),
        (Some(ours), EventData::SessionPaymentFailed(foreign)),
    ] {
        let inbound = about(account, &data);
        let outcome = seller.receive_as(&inbound).unwrap();
        let Outcome::Ignored(reason) = outcome else {
            panic!("{account:?} {data:?}: {outcome:?}");
        };
        assert_eq!(
            recorded_outcome(&seller, &inbound),
            Some(EventOutcome::Ignored(reason))
        );
    }
    assert_eq!(seller.licenses(), []);
    assert_eq!(seller.order(&session).status, OrderStatus::Open);
}

#[test]
fn a_session_on_another_account_mints_nothing_though_it_has_the_same_id() {
    let (store, stripe) = Default::default();
    let ours = Seller::beside(&store, &stripe, "acme");
    let theirs = Seller::beside(&store, &stripe, "zeta");
    for seller in [&ours, &theirs] {
        seller.connect(&seller.shop.account_ref()).unwrap();
        seller.set_up_prices().unwrap();
    }
    let session = ours.session();
    let forged = theirs
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    assert!(matches!(forged, Outcome::Ignored(_)), "{forged:?}");
    assert_eq!((ours.licenses().len(), theirs.licenses().len()), (0, 0));
}

#[test]
fn a_grant_ended_at_stripe_disconnects_the_tenant_and_what_was_paid_is_minted() {
    let seller = Seller::on_sale();
    let session = seller.session();
    seller.stripe.end_grant(&seller.shop.account_ref());
    assert_eq!(
        seller.receive(EventData::Deauthorized),
        Ok(Outcome::Applied)
    );
    let connection = seller.connection();
    assert_eq!(connection.state, ConnectionState::Disconnected);
    assert_eq!(connection.retiring, [], "Stripe has nothing left to end");
    let link = seller.store.account_link(&seller.shop.account_ref());
    assert!(!link.unwrap().unwrap().active);
    let prices = seller
        .store
        .price_links(seller.tenant(), &seller.shop.account);
    assert_eq!(prices, Ok(Vec::new()));
    assert_eq!(seller.audited("stripe.deauthorized"), 1);

    let again = seller.receive(EventData::Deauthorized).unwrap();
    assert!(matches!(again, Outcome::Ignored(_)), "{again:?}");
    let late = seller.receive(EventData::SessionCompleted(paid(&session)));
    assert_eq!(late, Ok(Outcome::Applied));
    assert_eq!(
        seller.receive(refunded(&session, 2_900)),
        Ok(Outcome::Applied)
    );
}

#[test]
fn an_old_event_of_an_ended_grant_does_not_end_a_new_one() {
    let seller = Seller::on_sale();
    let outcome = seller.receive(EventData::Deauthorized).unwrap();
    assert!(matches!(outcome, Outcome::Ignored(_)), "{outcome:?}");
    assert!(seller.connection().state.account().is_some());
}

#[test]
fn an_event_that_stripe_must_confirm_is_not_recorded_while_it_is_down() {
    let seller = Seller::on_sale();
    let down = StripeError::Unavailable("no route".to_owned());
    let mut stripe = MockStripe::new();
    stripe
        .expect_account()
        .times(1)
        .return_const(Err(down.clone()));
    let ended = seller.inbound(EventData::Deauthorized);
    let outcome = receive(&*seller.store, &stripe, &seller.env(), &ended);
    assert_eq!(outcome, Err(InboundError::Stripe(down)));
    assert_eq!(recorded_outcome(&seller, &ended), None);
    seller.stripe.end_grant(&seller.shop.account_ref());
    assert_eq!(
        seller.receive_as(&ended),
        Ok(Outcome::Applied),
        "when it is sent again"
    );
}
