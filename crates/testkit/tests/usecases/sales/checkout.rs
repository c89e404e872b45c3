use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::id::{SessionId, StripePriceId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sales::items::CheckoutItems;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::ports::{
    Catalog, CheckoutSession, Commit, MockStripe, MockWebhooks, OrderFilter, Orders, StripeError,
    StripeRefusal, Tenants,
};
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::sales::cannot_sell::CannotSell;
use mintage_domain::usecase::sales::checkout::{OpenCheckout, authorize, open};
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_domain::usecase::sellers::tenant::change_plan;
use mintage_domain::usecase::stripe::inbound::Outcome;
use mintage_domain::usecase::sweep::sweep;
use mintage_testkit::fixtures::{email, web_url};

use crate::seller::{Seller, paid};

#[test]
fn a_checkout_is_authorized_by_the_key_of_its_tenant_alone() {
    let (store, stripe) = (Arc::default(), Arc::default());
    let seller = Seller::beside(&store, &stripe, "acme");
    let other = Seller::beside(&store, &stripe, "zeta");
    let key = |seller: &Seller| {
        let connected = seller.connect(&seller.shop.account_ref()).unwrap();
        connected.checkout_key.unwrap()
    };
    let (ours, theirs) = (key(&seller), key(&other));
    let enter = |tenant: &str, key: &str| {
        let tenant = TenantId::parse(tenant).unwrap();
        authorize(&*store, &tenant, key)
    };
    for (tenant, key) in [
        ("acme", ""),
        ("acme", theirs.expose()),
        ("nobody", ours.expose()),
    ] {
        assert_eq!(enter(tenant, key), Err(CheckoutError::Unauthorized));
    }
    assert_eq!(enter("acme", ours.expose()), Ok(seller.connection()));
    assert_eq!(enter("zeta", theirs.expose()), Ok(other.connection()));
}

#[test]
fn an_open_checkout_is_recorded_with_its_fee_and_terms() {
    let seller = Seller::on_sale();
    let buyer = email("ada@example.test");
    let wanted = OpenCheckout {
        buyer: Some(buyer.clone()),
        ..seller.wanted()
    };
    for (points, fee) in [(50, Some(15)), (0, None), (1_000, Some(290))] {
        let (store, stripe) = (&*seller.store, &*seller.stripe);
        let connection = seller.connection();
        let points = BasisPoints::new(points).unwrap();
        let offer = (points, &web_url("https://mint.test"));
        let url = open(store, stripe, &seller.env(), &connection, offer, &wanted).unwrap();
        let checkouts = stripe.checkouts(&seller.shop.account_ref());
        let (session, request) = checkouts.last().unwrap();
        assert_eq!(url, session.url);
        let order = seller.order(&session.id);
        assert_eq!(order.status, OrderStatus::Open);
        assert_eq!(order.fee.map(Money::minor), fee);
        assert_eq!(Some(order.price), seller.shop.key_type.price);
        assert_eq!(order.terms, seller.shop.key_type.terms);
        assert_eq!(order.buyer, Some(buyer.clone()));
        assert_eq!((&request.order, request.fee), (&order.id, order.fee));
        assert_eq!(request.buyer, order.buyer);
        assert_eq!(Some(&request.success_url), wanted.success_url.as_ref());
        assert_eq!(request.cancel_url, wanted.cancel_url);
    }
}

#[test]
fn what_cannot_be_sold_opens_no_order() {
    let orders = |seller: &Seller| {
        let page = PageRequest::default();
        seller
            .store
            .orders(seller.tenant(), &OrderFilter::default(), &page)
            .unwrap()
            .items
    };
    let seller = Seller::new();
    seller.connect(&seller.shop.account_ref()).unwrap();
    let never_asked = MockStripe::new();
    let wanted = seller.wanted();
    let other_product = OpenCheckout {
        items: CheckoutItems::one(
            ProductId::parse("other").unwrap(),
            seller.shop.key_type.id.clone(),
        ),
        ..wanted.clone()
    };
    let other_key_type = OpenCheckout {
        items: CheckoutItems::one(
            seller.shop.product.id.clone(),
            KeyTypeId::parse("other").unwrap(),
        ),
        ..wanted.clone()
    };
    for (wanted, error) in [
        (&other_product, CheckoutError::Items(CannotSell::NotFound)),
        (&other_key_type, CheckoutError::Items(CannotSell::NotFound)),
        (&wanted, no_price()),
    ] {
        assert_eq!(seller.open(&never_asked, wanted), Err(error));
    }
    assert_eq!(orders(&seller), []);
}

#[test]
fn what_stripe_does_not_open_is_an_abandoned_order() {
    let refusal = || StripeRefusal {
        code: Some("parameter_invalid".to_owned()),
        message: "no".to_owned(),
        ..StripeRefusal::default()
    };
    let refused = StripeError::Refused(refusal());
    let lost = StripeError::Unavailable("no answer".to_owned());
    for (answer, error) in [
        (StripeError::AccountGone, CheckoutError::NotConnected),
        (StripeError::NotFound(refusal()), no_price()),
        (
            StripeError::CannotCharge(refusal()),
            CheckoutError::Stripe(StripeError::CannotCharge(refusal())),
        ),
        (
            StripeError::AmountTooSmall(refusal()),
            CheckoutError::Stripe(StripeError::AmountTooSmall(refusal())),
        ),
        (refused.clone(), CheckoutError::Stripe(refused)),
        (lost.clone(), CheckoutError::Stripe(lost)),
    ] {
        let seller = Seller::on_sale();
        let mut stripe = MockStripe::new();
        stripe
            .expect_open_checkout()
            .times(1)
            .return_const(Err(answer));
        assert_eq!(seller.open(&stripe, &seller.wanted()), Err(error));
        let order = seller.last_order();
        assert_eq!(
            (order.status, order.session),
            (OrderStatus::Abandoned, None)
        );
    }
}

#[test]
fn a_price_that_is_gone_at_stripe_and_an_account_that_may_not_charge_are_errors_of_their_own() {
    let seller = Seller::on_sale();
    let link = seller.set_up_prices().unwrap();
    assert_eq!(link.created, []);
    seller.stripe.disable_charges(&seller.shop.account);
    let closed = seller.open(&*seller.stripe, &seller.wanted());
    assert!(
        matches!(
            closed,
            Err(CheckoutError::Stripe(StripeError::CannotCharge(_)))
        ),
        "{closed:?}"
    );

    let seller = Seller::on_sale();
    let mut changes = seller.shop.changes();
    changes.prices.push(PriceLink {
        stripe_price: StripePriceId::parse("price_Deleted").unwrap(),
        ..seller.shop.price_link()
    });
    seller.store.commit(changes).unwrap();
    let gone = seller.open(&*seller.stripe, &seller.wanted());
    assert_eq!(gone, Err(no_price()));

    let seller = Seller::on_sale();
    seller.stripe.end_grant(&seller.shop.account_ref());
    let ended = seller.open(&*seller.stripe, &seller.wanted());
    assert_eq!(ended, Err(CheckoutError::NotConnected));
}

fn no_price() -> CheckoutError {
    CheckoutError::Items(CannotSell::NoPrice("pixel/pro".to_owned()))
}

fn session(id: &str) -> CheckoutSession {
    CheckoutSession {
        id: SessionId::parse(id).unwrap(),
        url: format!("https://checkout.stripe.test/{id}"),
    }
}

#[test]
fn stripe_is_asked_only_after_the_intent_is_written_and_under_its_key() {
    let seller = Seller::on_sale();
    let store = Arc::clone(&seller.store);
    let mut stripe = MockStripe::new();
    stripe
        .expect_open_checkout()
        .times(2)
        .returning(move |_, request, key| {
            let order = store.order(&request.tenant, &request.order).unwrap();
            let order = order.expect("the order is there before the request to Stripe");
            assert_eq!((order.status, order.session), (OrderStatus::Opening, None));
            assert_eq!(key.as_str(), format!("mintage-checkout:{}", order.id));
            Ok(session(&format!("cs_{}", order.id)))
        });
    let first = seller.open(&stripe, &seller.wanted()).unwrap();
    let second = seller.open(&stripe, &seller.wanted()).unwrap();
    assert_ne!(first, second, "each attempt is an order of its own");
}

#[test]
fn a_page_whose_session_could_not_be_written_is_not_handed_out() {
    let seller = Arc::new(Seller::on_sale());
    let slow = Arc::clone(&seller);
    let mut stripe = MockStripe::new();
    stripe.expect_open_checkout().returning(move |_, _, _| {
        // The sweeper abandons the order while Stripe takes two hours to answer.
        slow.shop.env.clock.advance(Duration::from_hours(2));
        let (idle, mute) = (MockStripe::new(), MockWebhooks::new());
        let swept = sweep(&*slow.store, &idle, &mute, &slow.env()).unwrap();
        assert_eq!(swept.abandoned, 1);
        Ok(session("cs_late"))
    });
    let late = seller.open(&stripe, &seller.wanted());
    assert_eq!(late, Err(CheckoutError::Failure(Failure::Contended)));
    let paid = paid(&SessionId::parse("cs_late").unwrap());
    let outcome = seller.receive(EventData::SessionCompleted(paid)).unwrap();
    assert!(
        matches!(outcome, Outcome::Ignored(_)),
        "such a session mints nothing: {outcome:?}"
    );
}

#[test]
fn a_plan_without_room_for_a_license_opens_no_checkout_and_a_paid_order_still_mints() {
    let seller = Seller::on_sale();
    let (store, env) = (&*seller.store, seller.env());
    change_plan(store, &env, seller.tenant(), Plan::Starter).unwrap();
    let live = Counter::Licenses(seller.tenant().clone(), Mode::Live);
    let mut changes = seller.shop.changes();
    changes.counters.push(Count {
        counter: live,
        add: 999,
        cap: None,
    });
    store.commit(changes).unwrap();
    let sessions = [seller.session(), seller.session()];
    let full = Err(CheckoutError::QuotaExceeded(1_000));
    for session in &sessions {
        let bought = EventData::SessionCompleted(paid(session));
        assert_eq!(seller.receive(bought).unwrap(), Outcome::Applied);
        let never_asked = MockStripe::new();
        assert_eq!(seller.open(&never_asked, &seller.wanted()), full);
    }
    change_plan(store, &env, seller.tenant(), Plan::Plus).unwrap();
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
}

#[test]
fn a_deactivated_product_and_a_plan_without_connect_open_no_checkout() {
    let seller = Seller::on_sale();
    let (store, env) = (&*seller.store, seller.env());
    let mut changes = seller.shop.changes();
    let older = Product {
        created_at: Timestamp::EPOCH,
        ..seller.shop.another_product("older")
    };
    changes.products.push(Write::new(older));
    store.commit(changes).unwrap();
    let never_asked = MockStripe::new();
    change_plan(store, &env, seller.tenant(), Plan::Free).unwrap();
    let refused = seller.open(&never_asked, &seller.wanted());
    assert_eq!(refused, Err(CheckoutError::PlanLacksConnect));
    let product = (seller.tenant(), &seller.shop.product.id);
    let stored = || store.product(product.0, product.1).unwrap().unwrap();
    assert_eq!(stored().deactivated_at, Some(env.now()));
    let mut tenant = store.tenant(seller.tenant()).unwrap().unwrap();
    tenant.plan = Plan::Pro;
    let mut changes = seller.shop.changes();
    changes.tenants.push(Write::changed(tenant));
    store.commit(changes).unwrap();
    let refused = seller.open(&never_asked, &seller.wanted());
    assert_eq!(refused, Err(CheckoutError::Items(CannotSell::Deactivated)));
    // The same plan again finishes what a crash left.
    change_plan(store, &env, seller.tenant(), Plan::Pro).unwrap();
    assert!(stored().is_active());
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
}
