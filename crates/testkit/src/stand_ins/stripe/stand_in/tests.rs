use super::*;
use crate::fixtures::Shop;

#[test]
fn a_mode_that_is_not_offered_is_not_configured() {
    let stripe = StandInStripe::offering(&[Mode::Sandbox]);
    let shop = Shop::new("acme");
    let not_configured = StripeError::NotConfigured(Mode::Live);
    let code = stripe.grant_code(Mode::Live);
    assert!(!stripe.offers(Mode::Live));
    assert_eq!(
        stripe.exchange(Mode::Live, &code),
        Err(not_configured.clone())
    );
    assert_eq!(stripe.account(&shop.account_ref()), Err(not_configured));
}

#[test]
fn an_account_can_be_connected_again_and_its_checkouts_are_listed() {
    let stripe = StandInStripe::new();
    let shop = Shop::new("acme");
    let account = shop.account_ref();
    for _ in 0..2 {
        let code = stripe.grant_code_for(&account);
        let grant = stripe.exchange(account.mode, &code).expect("a fresh code");
        assert_eq!(grant.account, account.account);
    }
    let key = |name| StripeIdempotencyKey::new(&[name]);
    let product = stripe.create_product(&account, &shop.new_product(), &key("product"));
    let price = shop.new_price(
        &product.expect("it is connected"),
        crate::fixtures::cents(500),
    );
    let price = stripe.create_price(&account, &price, &key("price"));
    let checkout = shop.checkout(&price.expect("the product is there"));
    let session = stripe.open_checkout(&account.clone().into(), &checkout, &key("session"));
    let session = session.expect("the price is there");
    assert_eq!(stripe.checkouts(&account), [(session, checkout)]);
}
