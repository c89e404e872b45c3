use std::time::Duration;

use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::KeyFormat;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, Standing};
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::{EventData, StripeEvent};
use mintage_domain::model::stripe::processed_event::{
    EventOutcome, FIRST_WAIT, MAX_WAIT, RETRY_FOR,
};
use mintage_domain::ports::{
    Commit, Licenses, MockStripe, MockWebhooks, Orders, ProcessedEvents, WebhookError,
};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::stripe::inbound::{Inbound, Outcome, receive};
use mintage_domain::usecase::stripe::parked::{RetryError, retry};
use mintage_domain::usecase::sweep::{SweepReport, sweep};

use crate::seller::{Seller, paid};

/// Webhooks that read a parked payload as this event.
fn rereading(event: &StripeEvent) -> MockWebhooks {
    let (payload, event) = (event.id.as_str().as_bytes().to_vec(), event.clone());
    let mut webhooks = MockWebhooks::new();
    webhooks.expect_reread().returning(move |body| {
        assert_eq!(body, payload, "the event as Stripe sent it");
        Ok(event.clone())
    });
    webhooks
}

fn swept(seller: &Seller, webhooks: &MockWebhooks) -> SweepReport {
    sweep(&*seller.store, &MockStripe::new(), webhooks, &seller.env()).unwrap()
}

fn parked(seller: &Seller, inbound: &Inbound) -> bool {
    let outcome = seller
        .store
        .processed_event(&inbound.endpoint, &inbound.event.id);
    matches!(
        outcome.unwrap().unwrap().outcome,
        EventOutcome::Parked { .. }
    )
}

fn outcome(seller: &Seller, inbound: &Inbound) -> EventOutcome {
    let event = seller
        .store
        .processed_event(&inbound.endpoint, &inbound.event.id);
    event.unwrap().unwrap().outcome
}

/// A paid session that cannot mint, which every attempt parks.
fn unmintable(seller: &Seller) -> Inbound {
    seller.inbound(EventData::SessionCompleted(paid(
        &seller.unmintable_session(),
    )))
}

#[test]
fn there_is_nothing_to_sweep_where_nothing_was_left() {
    let seller = Seller::on_sale();
    seller.sell();
    assert_eq!(swept(&seller, &MockWebhooks::new()), SweepReport::default());
}

#[test]
fn a_parked_event_rests_and_is_tried_again_until_it_goes_through() {
    let seller = Seller::on_sale();
    let inbound = unmintable(&seller);
    assert!(matches!(
        seller.receive_as(&inbound),
        Ok(Outcome::Parked(_))
    ));
    let webhooks = rereading(&inbound.event);
    assert_eq!(
        swept(&seller, &webhooks),
        SweepReport::default(),
        "it rests"
    );
    for wait in [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4] {
        let almost = wait.saturating_sub(Duration::from_secs(1));
        seller.shop.env.clock.advance(almost);
        assert_eq!(swept(&seller, &webhooks).failed, 0, "{wait:?}");
        seller.shop.env.clock.advance(Duration::from_secs(1));
        assert_eq!(swept(&seller, &webhooks).failed, 1);
        assert!(parked(&seller, &inbound));
        assert_eq!(
            swept(&seller, &webhooks),
            SweepReport::default(),
            "it rests again"
        );
    }
}

#[test]
fn what_waited_for_a_master_key_is_minted_once_when_the_key_is_there() {
    let seller = Seller::on_sale();
    let old = || MasterKey::parse(&format!("old:{}", "0f".repeat(32))).unwrap();
    let new = || MasterKey::parse(&format!("test:{}", "5a".repeat(32))).unwrap();
    let both = KeyRing::new(new(), vec![old()]).unwrap();
    let former = KeyRing::new(old(), Vec::new()).unwrap();
    let mut env = seller.env();
    env.keys = &former;
    let secret = env.seal(SealedField::PRODUCT_KEY_SECRET, "acme/sealed", &[7; 32]);
    let product = Product {
        key_format: KeyFormat::Checked,
        key_secret: secret,
        ..seller.shop.another_product("sealed")
    };
    let order = Order {
        product: product.id.clone(),
        ..seller.shop.order()
    };
    let session = order.session.clone().unwrap();
    let mut changes = seller.shop.changes();
    changes.products.push(Write::new(product));
    changes.orders.push(Write::changed(order));
    seller.store.commit(changes).unwrap();

    let inbound = seller.inbound(EventData::SessionCompleted(paid(&session)));
    assert!(matches!(
        seller.receive_as(&inbound),
        Ok(Outcome::Parked(_))
    ));
    seller.shop.env.clock.advance(FIRST_WAIT);
    let mut env = seller.env();
    env.keys = &both;
    let webhooks = rereading(&inbound.event);
    let again = |env| sweep(&*seller.store, &MockStripe::new(), &webhooks, env).unwrap();
    assert_eq!(again(&env).unparked, 1);
    assert_eq!(seller.order(&session).status, OrderStatus::Fulfilled);
    assert_eq!(seller.events(), ["license.created"]);
    assert!(!parked(&seller, &inbound));
    seller.shop.env.clock.advance(FIRST_WAIT);
    assert_eq!(again(&env).unparked, 0);
    let resent = receive(&*seller.store, &MockStripe::new(), &env, &inbound);
    assert_eq!(resent, Ok(Outcome::Duplicate));
}

#[test]
fn a_parked_event_whose_order_was_paid_by_another_event_is_settled() {
    let seller = Seller::on_sale();
    let session = seller.unmintable_session();
    let inbound = seller.inbound(EventData::SessionCompleted(paid(&session)));
    seller.receive_as(&inbound).unwrap();
    seller.repair();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    seller.shop.env.clock.advance(FIRST_WAIT);
    assert_eq!(swept(&seller, &rereading(&inbound.event)).unparked, 1);
    assert_eq!(seller.licenses().len(), 1);
    assert!(!parked(&seller, &inbound));
}

#[test]
fn one_thing_that_fails_keeps_no_other_from_being_done() {
    let seller = Seller::on_sale();
    seller.receive_as(&unmintable(&seller)).unwrap();
    let stuck = Order {
        status: OrderStatus::Opening,
        session: None,
        ..seller.shop.order()
    };
    let mut changes = seller.shop.changes();
    changes.orders.push(Write::changed(stuck.clone()));
    seller.store.commit(changes).unwrap();
    seller.shop.env.clock.advance(Duration::from_hours(2));
    let mut webhooks = MockWebhooks::new();
    webhooks
        .expect_reread()
        .return_const(Err(WebhookError::NotAnEvent));
    let swept = swept(&seller, &webhooks);
    assert_eq!((swept.failed, swept.abandoned), (1, 1));
    let order = seller.store.order(seller.tenant(), &stuck.id);
    assert_eq!(order.unwrap().unwrap().status, OrderStatus::Abandoned);
}

#[test]
fn an_order_is_given_up_after_an_hour_of_opening_and_not_before() {
    let seller = Seller::on_sale();
    let opened = seller.session();
    let stuck = Order {
        status: OrderStatus::Opening,
        session: None,
        ..seller.shop.order()
    };
    let mut changes = seller.shop.changes();
    changes.orders.push(Write::changed(stuck));
    seller.store.commit(changes).unwrap();
    let idle = MockWebhooks::new();
    seller.shop.env.clock.advance(Duration::from_hours(1));
    assert_eq!(swept(&seller, &idle).abandoned, 0);
    seller.shop.env.clock.advance(Duration::from_micros(1));
    assert_eq!(swept(&seller, &idle).abandoned, 1);
    assert_eq!(swept(&seller, &idle).abandoned, 0);
    assert_eq!(
        seller.order(&opened).status,
        OrderStatus::Open,
        "a page to pay on stays"
    );
}

/// Webhooks that read the payload of any of these events as the event.
fn rereading_all(events: &[StripeEvent]) -> MockWebhooks {
    let events = events.to_vec();
    let mut webhooks = MockWebhooks::new();
    webhooks.expect_reread().returning(move |body| {
        let found = events.iter().find(|it| it.id.as_str().as_bytes() == body);
        found.cloned().ok_or(WebhookError::NotAnEvent)
    });
    webhooks
}

#[test]
fn six_hundred_events_that_never_go_through_do_not_starve_one_that_does() {
    let seller = Seller::on_sale();
    let mut events = Vec::new();
    for nth in 0..600 {
        let inbound = unmintable(&seller);
        seller.receive_as(&inbound).unwrap();
        // Every third one cannot even be read.
        if nth % 3 > 0 {
            events.push(inbound.event);
        }
    }
    let session = seller.session();
    let last = unmintable(&seller);
    seller.receive_as(&last).unwrap();
    // Whoever repairs the cause lets the event be about a session that can mint.
    events.push(StripeEvent {
        data: EventData::SessionCompleted(paid(&session)),
        ..last.event.clone()
    });
    let webhooks = rereading_all(&events);
    let (mut sweeps, mut failed) = (0, 0);
    seller.shop.env.clock.advance(FIRST_WAIT);
    while parked(&seller, &last) {
        failed += swept(&seller, &webhooks).failed;
        sweeps += 1;
        assert!(sweeps <= 10, "it is starved");
        seller.shop.env.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(seller.licenses().len(), 1);
    assert!(
        (500..=600).contains(&failed),
        "each was tried once: {failed}"
    );
}

#[test]
fn an_event_is_given_up_after_thirty_days_and_retried_when_the_seller_asks() {
    let seller = Seller::on_sale();
    let inbound = unmintable(&seller);
    seller.receive_as(&inbound).unwrap();
    let webhooks = rereading(&inbound.event);
    let start = seller.shop.now();
    while parked(&seller, &inbound) {
        seller.shop.env.clock.advance(MAX_WAIT);
        swept(&seller, &webhooks);
        assert!(
            seller.shop.now().since(start) <= RETRY_FOR + MAX_WAIT,
            "it ends"
        );
    }
    assert!(seller.shop.now().since(start) >= RETRY_FOR);
    let EventOutcome::GivenUp(waiting) = outcome(&seller, &inbound) else {
        panic!("{:?}", outcome(&seller, &inbound));
    };
    assert_eq!(waiting.tenant.as_ref(), Some(seller.tenant()));
    assert!(waiting.reason.contains("secret"), "{}", waiting.reason);
    seller.shop.env.clock.advance(MAX_WAIT);
    assert_eq!(swept(&seller, &webhooks), SweepReport::default());

    let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
    let other = TenantId::parse("other").unwrap();
    let foreign = retry(store, &env, &other, &inbound.event.id, &actor);
    assert_eq!(foreign, Err(RetryError::NotFound));
    retry(store, &env, seller.tenant(), &inbound.event.id, &actor).unwrap();
    seller.repair();
    assert_eq!(swept(&seller, &webhooks).unparked, 1);
    assert_eq!(outcome(&seller, &inbound), EventOutcome::Applied);
    let settled = retry(store, &env, seller.tenant(), &inbound.event.id, &actor);
    assert_eq!(settled, Err(RetryError::NotFound));
    let actions = seller.audit();
    assert!(actions.iter().any(|(_, it)| it == "stripe.event-retried"));
}

#[test]
fn an_event_that_cannot_be_read_waits_like_any_other() {
    let seller = Seller::on_sale();
    let inbound = unmintable(&seller);
    seller.receive_as(&inbound).unwrap();
    seller.shop.env.clock.advance(FIRST_WAIT);
    assert_eq!(swept(&seller, &rereading_all(&[])).failed, 1);
    let EventOutcome::Parked { waiting, retry_at } = outcome(&seller, &inbound) else {
        panic!("{:?}", outcome(&seller, &inbound));
    };
    assert_eq!(waiting.attempts, 2);
    assert_eq!(
        waiting.tenant.as_ref(),
        Some(seller.tenant()),
        "it is still known"
    );
    assert_eq!(retry_at, seller.shop.now().plus(FIRST_WAIT * 2));
}

#[test]
fn the_end_of_a_term_is_told_once_and_again_after_an_extension() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let end = seller.shop.now().plus(Duration::from_hours(1));
    let change = |fill: &dyn Fn(&mut License)| {
        let read = seller.store.license(seller.tenant(), &sold.id);
        let mut license = read.unwrap().unwrap().license;
        fill(&mut license);
        let mut changes = seller.shop.changes();
        changes.licenses.push(Write::changed(license));
        seller.store.commit(changes).unwrap();
    };
    change(&|license| license.standing = Standing::new(Some(end)));
    let swept = || {
        let stripe = MockStripe::new();
        let report = sweep(&*seller.store, &stripe, &MockWebhooks::new(), &seller.env()).unwrap();
        assert_eq!(report.failed, 0);
        report.ended
    };
    assert_eq!(swept(), 0);
    seller.shop.env.clock.advance(Duration::from_mins(62));
    let at_once = std::thread::scope(|scope| {
        let nodes = [(); 3].map(|()| scope.spawn(swept));
        nodes.map(|node| node.join().unwrap())
    });
    assert_eq!(at_once.iter().sum::<usize>(), 1, "{at_once:?}");
    let told = || {
        seller
            .events()
            .iter()
            .filter(|it| **it == "license.expired")
            .count()
    };
    assert_eq!((swept(), told()), (0, 1));
    let deliveries = seller.deliveries();
    let event = deliveries
        .iter()
        .find(|it| it.event.as_str() == "license.expired");
    let body = seller.body(event.unwrap());
    assert_eq!(body["status"], "EXPIRED", "{body}");
    change(&|license| {
        license.standing.hold(HoldCause::Admin);
    });
    assert_eq!((swept(), told()), (0, 1), "the same end");
    let by = Term::parse("1d").unwrap();
    change(&|license| license.standing.extend(by, seller.shop.now()).unwrap());
    assert_eq!(swept(), 0);
    seller.shop.env.clock.advance(Duration::from_hours(26));
    assert_eq!((swept(), told()), (1, 2));
}
