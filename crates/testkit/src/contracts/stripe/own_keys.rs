//! Calls with a key of the seller's own.

use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::sales::claim::ClaimedLine;
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::ports::{
    CheckoutLine, CheckoutPrice, CheckoutRequest, SellerKey, StripeAccess, StripeError,
};

use crate::contracts::stripe::connecting::{connected, key, price};
use crate::contracts::stripe::harness::StripeHarness;
use crate::fixtures::{Shop, cents};

fn seller_key(mode: Mode, key: Secret) -> SellerKey {
    SellerKey {
        mode,
        account: None,
        key,
    }
}

/// A key of an account is accepted in its mode. A key that Stripe does not know is unauthorized.
pub fn a_key_of_the_sellers_own_is_proven(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    for mode in Mode::ALL {
        let account = connected(harness, mode);
        let known = seller_key(mode, harness.secret_key(&account));
        assert_eq!(stripe.prove_checkout(&known), Ok(()), "{mode}");
        let text = format!("sk_{}_0000000000000000", mode.key_infix());
        let unknown = seller_key(mode, Secret::new(text));
        assert_eq!(
            stripe.prove_checkout(&unknown),
            Err(StripeError::Unauthorized)
        );
    }
}

/// A checkout is opened with a key of the seller's own at a price that is in no account, once for each
/// idempotency key; with a key that Stripe does not know, it is not.
pub fn a_checkout_with_a_key_of_the_sellers_own_carries_its_price(harness: &dyn StripeHarness) {
    let (stripe, shop) = (harness.stripe(), Shop::new("acme"));
    let account = connected(harness, Mode::Sandbox);
    let known = seller_key(Mode::Sandbox, harness.secret_key(&account));
    let checkout = CheckoutRequest {
        lines: vec![CheckoutLine {
            price: CheckoutPrice::Inline {
                name: "Pixel Studio Pro".to_owned(),
                amount: cents(2_900),
            },
            quantity: Quantity::ONE,
        }],
        ..shop
            .checkout(&mintage_domain::base::id::StripePriceId::parse("price_none").expect("an id"))
    };
    let open = |with: &SellerKey, name| {
        stripe.open_checkout(&StripeAccess::Key(with.clone()), &checkout, &key(name))
    };
    let session = open(&known, "one").expect("the key is known");
    WebUrl::parse(&session.url).expect("the page has a URL");
    assert_eq!(open(&known, "one"), Ok(session.clone()));
    assert_ne!(
        open(&known, "two").expect("the key is known").id,
        session.id
    );
    let unknown = seller_key(Mode::Sandbox, Secret::new("sk_test_0000000000000000"));
    assert_eq!(open(&unknown, "three"), Err(StripeError::Unauthorized));
}

/// The lines of a session are read with a key of the seller's own: the price and the quantity of each. A session
/// that does not exist has none.
pub fn the_lines_of_a_session_are_read(harness: &dyn StripeHarness) {
    let (stripe, shop) = (harness.stripe(), Shop::new("acme"));
    let account = connected(harness, Mode::Sandbox);
    let sold = price(harness, &shop, &account, cents(2_900));
    let mut checkout = shop.checkout(&sold);
    checkout.lines[0].quantity = Quantity::new(3).expect("a quantity");
    let session = stripe
        .open_checkout(&StripeAccess::from(account.clone()), &checkout, &key("one"))
        .expect("the price is there");
    let known = StripeAccess::Key(seller_key(Mode::Sandbox, harness.secret_key(&account)));
    let line = ClaimedLine {
        price: sold,
        quantity: 3,
    };
    let lines = |access: &StripeAccess, session| stripe.session_lines(access, session);
    assert_eq!(lines(&known, &session.id), Ok(Some(vec![line])));
    let missing = SessionId::parse("cs_test_unknown").expect("an id");
    assert_eq!(lines(&known, &missing), Ok(None));
    let unknown = seller_key(Mode::Sandbox, Secret::new("sk_test_0000000000000000"));
    let refused = lines(&StripeAccess::Key(unknown), &session.id);
    assert_eq!(refused, Err(StripeError::Unauthorized));
}
