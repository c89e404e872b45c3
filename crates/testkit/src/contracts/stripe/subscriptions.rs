//! Subscriptions: their prices, their checkouts, and what is read of them.

use mintage_domain::base::id::{InvoiceId, PaymentIntentId, SubscriptionId};
use mintage_domain::base::mode::Mode;
use mintage_domain::model::licenses::recurrence::{Billing, Interval};
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::ports::{
    CheckoutRequest, NewPrice, NewSubscription, PriceBilling, StripeError,
};

use crate::contracts::stripe::connecting::{connected, key, price, product};
use crate::contracts::stripe::harness::StripeHarness;
use crate::fixtures::{Shop, cents};

/// What an account does not have is not found, and what an account without a grant has is out of reach.
pub fn what_does_not_exist_is_not_found(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let subscription = SubscriptionId::parse("sub_none").expect("an id");
    let invoice = InvoiceId::parse("in_none").expect("an id");
    let payment = PaymentIntentId::parse("pi_none").expect("an id");
    let account = connected(harness, Mode::Sandbox);
    assert_eq!(stripe.subscription(&account, &subscription), Ok(None));
    assert_eq!(stripe.invoice(&account, &invoice), Ok(None));
    assert_eq!(stripe.invoice_of_payment(&account, &payment), Ok(None));
    harness.end_grant(&account);
    let gone = StripeError::AccountGone;
    assert_eq!(
        stripe.subscription(&account, &subscription),
        Err(gone.clone())
    );
    assert_eq!(stripe.invoice(&account, &invoice), Err(gone.clone()));
    assert_eq!(stripe.invoice_of_payment(&account, &payment), Err(gone));
}

/// A recurring price is listed with its period, and begins a subscription; a price that is paid once begins
/// none, and a recurring one is not sold once.
pub fn a_recurring_price_begins_a_subscription(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let account = connected(harness, Mode::Sandbox);
    let once = price(harness, &shop, &account, cents(2_900));
    let stripe_product = product(harness, &shop, &account);
    let billing = Billing {
        interval: Interval::Week,
        count: 2,
    };
    let recurring = NewPrice {
        billing: Some(billing),
        ..shop.new_price(&stripe_product, cents(900))
    };
    let recurring = stripe.create_price(&account, &recurring, &key("recurring"));
    let recurring = recurring.expect("the product is there");
    let listed = stripe.prices(&account, &stripe_product).expect("prices");
    let billings: Vec<_> = listed.iter().map(|it| (&it.id, it.billing)).collect();
    assert!(billings.contains(&(&once, None)), "{billings:?}");
    let every = Some(PriceBilling::Recurring(billing));
    assert!(billings.contains(&(&recurring, every)), "{billings:?}");

    let subscription = Some(NewSubscription {
        fee: BasisPoints::new(50).expect("half a percent"),
        trial_days: 14,
    });
    let access = account.into();
    for (name, price, subscription, opens) in [
        ("subscribe", &recurring, subscription, true),
        ("recurring once", &recurring, None, false),
        ("once", &once, None, true),
        ("subscribe to once", &once, subscription, false),
    ] {
        let checkout = CheckoutRequest {
            subscription,
            ..shop.checkout(price)
        };
        let opened = stripe.open_checkout(&access, &checkout, &key(name));
        match opened {
            Ok(_) => assert!(opens, "{name}"),
            Err(StripeError::Refused(_)) => assert!(!opens, "{name}"),
            Err(error) => panic!("{name}: {error:?}"),
        }
    }
}
