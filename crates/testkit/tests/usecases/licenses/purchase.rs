//! What a buyer sees of a purchase.

use std::time::Duration;

use mintage_domain::base::id::SessionId;
use mintage_domain::model::sales::thanks_page;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::usecase::licenses::command::{Target, freeze, reveal, revoke};
use mintage_domain::usecase::licenses::purchase::{
    BoughtLicense, BuyersStanding, KEY_SHOWN_FOR, Progress, Purchase, PurchaseError, ShownKey,
    look, resend,
};
use mintage_domain::usecase::outbox::mail::MailCommandError;
use mintage_domain::usecase::sales::checkout::OpenCheckout;
use mintage_domain::usecase::sales::customer::erase_customer;

use crate::seller::{Seller, paid, refunded, unpaid};

fn token(seller: &Seller, session: &SessionId) -> String {
    thanks_page::token(&seller.order(session).id, seller.env().keys)
}

/// The purchase, by the full address.
fn seen(seller: &Seller, session: &SessionId) -> Purchase {
    let token = token(seller, session);
    look(&*seller.store, &seller.env(), session, Some(&token)).unwrap()
}

fn license(purchase: Purchase) -> BoughtLicense {
    match purchase.progress {
        Progress::Licensed(mut licenses) => licenses.remove(0),
        other => panic!("no license: {other:?}"),
    }
}

/// Sells a license; returns the session.
fn sold(seller: &Seller) -> SessionId {
    let session = seller.session();
    let completed = EventData::SessionCompleted(paid(&session));
    seller.receive(completed).unwrap();
    session
}

#[test]
fn a_checkout_without_a_success_url_leads_to_the_page_of_its_order() {
    let seller = Seller::on_sale();
    let wanted = OpenCheckout {
        success_url: None,
        ..seller.wanted()
    };
    let session = seller.session_for(&wanted);
    let checkouts = seller.stripe.checkouts(&seller.shop.account_ref());
    let (_, request) = checkouts.last().unwrap();
    let expected = format!(
        "https://mint.test/thanks/{{CHECKOUT_SESSION_ID}}?token={}",
        token(&seller, &session)
    );
    assert_eq!(request.success_url.as_str(), expected);
}

#[test]
fn a_purchase_is_open_then_on_its_way_then_licensed() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let progress = || seen(&seller, &session).progress;
    assert!(matches!(progress(), Progress::Open));
    seller
        .receive(EventData::SessionCompleted(unpaid(&session)))
        .unwrap();
    assert!(matches!(progress(), Progress::AwaitingPayment));
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    let purchase = seen(&seller, &session);
    let item = &purchase.items[0];
    assert_eq!(item.product, seller.shop.product.display_name.as_str());
    assert_eq!(item.plan, seller.shop.key_type.display_name.as_str());
    let bought = license(purchase);
    assert_eq!(bought.standing, BuyersStanding::Active);
    assert_eq!(bought.mailed_to.as_deref(), Some("b***@e***.test"));
    let record = seller.licenses().remove(0);
    let actor = Actor::Operator;
    let revealed = reveal(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        &record.license.id,
        &actor,
    );
    let ShownKey::Key(key, until) = bought.key else {
        panic!("no key: {:?}", bought.key);
    };
    assert_eq!(key.expose(), revealed.unwrap().expose());
    assert_eq!(until, seller.shop.now().plus(KEY_SHOWN_FOR));
}

#[test]
fn the_key_is_shown_with_the_token_of_the_order_for_a_day() {
    let seller = Seller::on_sale();
    let (session, other) = (sold(&seller), sold(&seller));
    let key = |token: Option<&str>| {
        let purchase = look(&*seller.store, &seller.env(), &session, token).unwrap();
        license(purchase).key
    };
    let (good, others) = (token(&seller, &session), token(&seller, &other));
    for wrong in [None, Some(""), Some(session.as_str()), Some(&*others)] {
        assert!(matches!(key(wrong), ShownKey::WithoutToken), "{wrong:?}");
    }
    seller
        .shop
        .env
        .clock
        .advance(KEY_SHOWN_FOR.saturating_sub(Duration::from_micros(1)));
    assert!(matches!(key(Some(&good)), ShownKey::Key(..)));
    seller.shop.env.clock.advance(Duration::from_micros(1));
    assert!(matches!(key(Some(&good)), ShownKey::TooLate));
    assert!(matches!(key(None), ShownKey::WithoutToken));
}

#[test]
fn a_license_that_is_not_active_shows_its_state_and_no_key() {
    type End = fn(&Seller, &SessionId);
    let ends: [(End, BuyersStanding); 3] = [
        (
            |seller, _| {
                let id = seller.licenses().remove(0).license.id;
                let (tenant, actor) = (seller.tenant(), &Actor::Operator);
                let target = Target {
                    tenant,
                    id: &id,
                    actor,
                };
                freeze(&*seller.store, &seller.env(), target).unwrap();
            },
            BuyersStanding::OnHold,
        ),
        (
            |seller, _| {
                let id = seller.licenses().remove(0).license.id;
                let actor = Actor::Operator;
                revoke(&*seller.store, &seller.env(), seller.tenant(), &id, &actor).unwrap();
            },
            BuyersStanding::Revoked,
        ),
        (
            |seller, session| {
                seller.receive(refunded(session, 2_900)).unwrap();
            },
            BuyersStanding::Refunded,
        ),
    ];
    for (end, standing) in ends {
        let seller = Seller::on_sale();
        let session = sold(&seller);
        end(&seller, &session);
        let bought = license(seen(&seller, &session));
        assert_eq!(bought.standing, standing);
        assert!(matches!(bought.key, ShownKey::NotActive), "{standing:?}");
    }
}

#[test]
fn the_key_is_mailed_to_the_customer_at_most_five_times_an_hour() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let again = |is_configured| resend(&*seller.store, &seller.env(), &session, is_configured);
    assert_eq!(again(true), Err(PurchaseError::NotPaid));
    let unknown = SessionId::parse("cs_unknown").unwrap();
    let refused = resend(&*seller.store, &seller.env(), &unknown, true);
    assert_eq!(refused, Err(PurchaseError::Unknown));
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    assert_eq!(again(false), Err(MailCommandError::NotConfigured.into()));
    for _ in 0..5 {
        assert_eq!(again(true).unwrap().to.as_str(), "buyer@example.test");
    }
    let limited = again(true);
    assert!(
        matches!(
            limited,
            Err(PurchaseError::Mail(MailCommandError::RateLimited(_)))
        ),
        "{limited:?}"
    );
    assert_eq!(seller.audited("license.resent"), 5);
    let by_buyer = ("buyer".to_owned(), "license.resent".to_owned());
    assert!(seller.audit().contains(&by_buyer));
}

#[test]
fn an_erased_customer_is_mailed_nothing() {
    let seller = Seller::on_sale();
    let session = sold(&seller);
    let customer = seller.licenses().remove(0).license.customer;
    let actor = Actor::Operator;
    erase_customer(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        &customer,
        &actor,
    )
    .unwrap();
    assert_eq!(license(seen(&seller, &session)).mailed_to, None);
    let refused = resend(&*seller.store, &seller.env(), &session, true);
    assert_eq!(refused, Err(MailCommandError::Unmailable.into()));
}
