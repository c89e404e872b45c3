//! Objects that are created on a connected account.

use std::fmt::Debug;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::catalog::sale::SessionOptions;
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::ports::{
    CheckoutLine, CheckoutRequest, HistoryKind, HistoryPage, NewProduct, SoldKeyType, StripeError,
    StripePrice, StripeProduct,
};

use crate::contracts::stripe::connecting::{connected, first_page, key, price, product};
use crate::contracts::stripe::harness::StripeHarness;
use crate::fixtures::{Shop, cents, email};

/// An account has its id and says whether it can take payments.
pub fn an_account_says_whether_it_can_charge(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let account = connected(harness, Mode::Live);
    let before = stripe.account(&account).expect("it is connected");
    assert!(before.id == account.account && before.charges_enabled);
    harness.disable_charges(&account);
    let after = stripe.account(&account).expect("it is connected");
    assert!(after.id == account.account && !after.charges_enabled);
}

/// An adapter creates a product, a price of the product and a session at that price, in both modes.
/// The session has a page to pay on.
pub fn product_price_and_session_are_created(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    for mode in Mode::ALL {
        let account = connected(harness, mode);
        let price = price(harness, &shop, &account, cents(2_900));
        let checkout = CheckoutRequest {
            fee: Some(cents(15)),
            buyer: Some(email("buyer@example.test")),
            ..shop.checkout(&price)
        };
        let session = harness
            .stripe()
            .open_checkout(&account.clone().into(), &checkout, &key("session"))
            .expect("the price is there");
        WebUrl::parse(&session.url).expect("the page has a URL");
    }
}

/// A call that is repeated with its key returns the object that the first call created.
pub fn the_same_key_creates_one_object(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let first = product(harness, &shop, &account);
    assert_eq!(product(harness, &shop, &account), first);
    let of_it = price(harness, &shop, &account, cents(2_900));
    assert_eq!(price(harness, &shop, &account, cents(2_900)), of_it);
    let checkout = shop.checkout(&of_it);
    let open = || stripe.open_checkout(&account.clone().into(), &checkout, &key("session"));
    let session = open().expect("the price is there");
    assert_eq!(open(), Ok(session));
}

/// A call with another key creates another object, even with the same parameters.
pub fn another_key_creates_another_object(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    let checkout = shop.checkout(&price);
    let open = |name| {
        let session = stripe.open_checkout(&account.clone().into(), &checkout, &key(name));
        session.expect("the price is there").id
    };
    assert_ne!(open("one"), open("two"));
}

/// A dispute is retrieved as it is at the time, and not found on another account.
pub fn a_dispute_is_retrieved_as_it_is(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let account = connected(harness, Mode::Live);
    let opened = harness.open_dispute(&account);
    assert_eq!(opened.status, "needs_response");
    assert!(opened.payment_intent.is_some() && opened.amount.is_some());
    let access = account.clone().into();
    assert_eq!(stripe.dispute(&access, &opened.id), Ok(opened.clone()));
    harness.lose_dispute(&account, &opened.id);
    let lost = stripe.dispute(&access, &opened.id).expect("it is there");
    assert_eq!(lost.status, "lost");
    assert_eq!(lost.payment_intent, opened.payment_intent);
    let other = connected(harness, Mode::Live);
    assert_not_found(&stripe.dispute(&other.into(), &opened.id));
}

/// One key on two accounts creates an object on each.
pub fn a_key_is_no_key_on_another_account(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let first = connected(harness, Mode::Sandbox);
    let second = connected(harness, Mode::Sandbox);
    assert_ne!(
        product(harness, &shop, &first),
        product(harness, &shop, &second)
    );
}

/// A key that was used with other parameters creates nothing.
pub fn a_key_with_other_parameters_is_refused(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    product(harness, &shop, &account);
    let other = NewProduct {
        name: "Another".to_owned(),
        ..shop.new_product()
    };
    let outcome = harness
        .stripe()
        .create_product(&account, &other, &key("product"));
    assert!(
        matches!(outcome, Err(StripeError::Refused(_))),
        "{outcome:?}"
    );
}

/// An account finds neither the products nor the prices of another account.
pub fn an_object_of_another_account_is_not_found(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let theirs = connected(harness, Mode::Sandbox);
    let their_product = product(harness, &shop, &theirs);
    let their_price = price(harness, &shop, &theirs, cents(2_900));
    let mine = connected(harness, Mode::Sandbox);
    let new_price = shop.new_price(&their_product, cents(2_900));
    assert_not_found(&stripe.create_price(&mine, &new_price, &key("price")));
    let checkout = shop.checkout(&their_price);
    assert_not_found(&stripe.open_checkout(&mine.clone().into(), &checkout, &key("session")));
}

/// Asserts that an object was not found, and that Stripe said so.
#[track_caller]
fn assert_not_found<T: Debug>(outcome: &Result<T, StripeError>) {
    let Err(StripeError::NotFound(refusal)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(refusal.code.as_deref(), Some("resource_missing"));
    assert!(!refusal.message.is_empty());
}

/// An adapter opens a session with and without a fee, and with and without an address.
pub fn a_session_needs_no_fee_and_takes_one(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    let buyer = Some(email("buyer@example.test"));
    for (i, (fee, buyer)) in [
        (None, None),
        (None, buyer.clone()),
        (Some(cents(15)), None),
        (Some(cents(2_900)), buyer),
    ]
    .into_iter()
    .enumerate()
    {
        let checkout = CheckoutRequest {
            fee,
            buyer,
            ..shop.checkout(&price)
        };
        let session = harness.stripe().open_checkout(
            &account.clone().into(),
            &checkout,
            &key(&format!("session-{i}")),
        );
        assert!(session.is_ok(), "{checkout:?}: {session:?}");
    }
}

/// A session sells several prices, each several times, and has the switches that the request names. One
/// with Managed Payments takes no fee.
pub fn several_lines_and_switches_are_sent(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    let all = SessionOptions {
        allow_promotion_codes: true,
        automatic_tax: true,
        tax_id_collection: true,
        invoice_creation: true,
        managed_payments: false,
    };
    let managed = SessionOptions {
        managed_payments: true,
        ..SessionOptions::default()
    };
    for (i, (options, fee, is_opened)) in [
        (all, Some(cents(29)), true),
        (managed, None, true),
        (managed, Some(cents(29)), false),
    ]
    .into_iter()
    .enumerate()
    {
        let line = |quantity| CheckoutLine {
            price: price.clone().into(),
            quantity: Quantity::new(quantity).expect("a quantity"),
        };
        let checkout = CheckoutRequest {
            lines: vec![line(1), line(100)],
            options,
            fee,
            ..shop.checkout(&price)
        };
        let opened = harness.stripe().open_checkout(
            &account.clone().into(),
            &checkout,
            &key(&format!("session-{i}")),
        );
        if is_opened {
            assert!(opened.is_ok(), "{opened:?}");
        } else {
            assert!(matches!(opened, Err(StripeError::Refused(_))), "{opened:?}");
        }
    }
}

/// An adapter opens a session at a price of 0, because a license may be free.
pub fn a_free_session_is_opened(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(0));
    let checkout = shop.checkout(&price);
    let session =
        harness
            .stripe()
            .open_checkout(&account.clone().into(), &checkout, &key("session"));
    assert!(session.is_ok(), "{session:?}");
}

/// A session below Stripe's minimum is refused as too small; a session at the minimum is opened.
pub fn an_amount_below_the_minimum_is_refused(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    for (minor, too_small) in [(1, true), (49, true), (50, false)] {
        let account = connected(harness, Mode::Sandbox);
        let price = price(harness, &shop, &account, cents(minor));
        let checkout = shop.checkout(&price);
        let outcome =
            harness
                .stripe()
                .open_checkout(&account.clone().into(), &checkout, &key("session"));
        if too_small {
            assert!(
                matches!(outcome, Err(StripeError::AmountTooSmall(_))),
                "{minor}: {outcome:?}"
            );
        } else {
            assert!(outcome.is_ok(), "{minor}: {outcome:?}");
        }
    }
}

/// An account that cannot take payments keeps its products and opens no session.
pub fn an_account_that_cannot_charge_opens_no_session(harness: &dyn StripeHarness) {
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Live);
    harness.disable_charges(&account);
    let price = price(harness, &shop, &account, cents(2_900));
    let checkout = shop.checkout(&price);
    let outcome =
        harness
            .stripe()
            .open_checkout(&account.clone().into(), &checkout, &key("session"));
    assert!(
        matches!(outcome, Err(StripeError::CannotCharge(_))),
        "{outcome:?}"
    );
}

/// A product and its prices read back as they were created, and after they were archived and made
/// active again.
pub fn a_product_and_its_prices_read_back(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    let id = product(harness, &shop, &account);
    let new = shop.new_product();
    let read = || stripe.product(&account, &id).expect("it is connected");
    let created = StripeProduct {
        id: id.clone(),
        name: new.name,
        active: true,
        sold: Some(new.sold),
    };
    assert_eq!(read(), Some(created.clone()));
    harness.archive_product(&account, &id);
    let archived = StripeProduct {
        active: false,
        ..created.clone()
    };
    assert_eq!(read(), Some(archived));
    let renamed = StripeProduct {
        name: "Pixel – Team".to_owned(),
        ..created
    };
    assert_eq!(stripe.repair_product(&account, &id, &renamed.name), Ok(()));
    assert_eq!(read(), Some(renamed));

    for active in [true, false, true] {
        assert_eq!(stripe.set_price_active(&account, &price, active), Ok(()));
        let listed = stripe.prices(&account, &id).expect("it is connected");
        let expected = StripePrice {
            id: price.clone(),
            amount: Some(cents(2_900)),
            billing: None,
            active,
            sold: Some(SoldKeyType::of(&shop.key_type)),
        };
        assert_eq!(listed, [expected]);
    }
}

/// A product that was deleted is not found, and has no prices.
pub fn a_deleted_product_is_not_found(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    let id = product(harness, &shop, &account);
    harness.delete_product(&account, &id);
    assert_eq!(stripe.product(&account, &id), Ok(None));
    assert_eq!(stripe.prices(&account, &id), Ok(Vec::new()));
    assert_not_found(&stripe.repair_product(&account, &id, "Pixel"));
    assert_not_found(&stripe.set_price_active(&account, &price, true));
    assert_eq!(product(harness, &shop, &account), id, "the key is replayed");
}

/// An archived price opens no session.
pub fn an_archived_price_opens_no_session(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let price = price(harness, &shop, &account, cents(2_900));
    assert_eq!(stripe.set_price_active(&account, &price, false), Ok(()));
    let opened = stripe.open_checkout(
        &account.clone().into(),
        &shop.checkout(&price),
        &key("session"),
    );
    assert!(
        matches!(opened, Err(StripeError::Refused { .. })),
        "{opened:?}"
    );
}

/// The lists of an account without sales are empty, and an open session is listed without an event: it
/// has no effects yet.
pub fn a_list_tells_what_has_effects(harness: &dyn StripeHarness) {
    let (stripe, shop) = (harness.stripe(), Shop::new("acme"));
    let account = connected(harness, Mode::Sandbox);
    let read = |kind| stripe.history(&account.clone().into(), &first_page(kind));
    for kind in HistoryKind::ALL {
        assert_eq!(read(kind), Ok(HistoryPage::default()), "{kind:?}");
    }
    let price = price(harness, &shop, &account, cents(2_900));
    stripe
        .open_checkout(
            &account.clone().into(),
            &shop.checkout(&price),
            &key("session"),
        )
        .expect("the price is there");
    let page = read(HistoryKind::Sessions).expect("a page");
    assert_eq!((page.events.len(), page.next), (0, None));
}
