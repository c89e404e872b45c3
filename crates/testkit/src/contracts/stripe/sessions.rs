//! Ending checkout sessions.

use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{CheckoutEnd, CheckoutSession, StripeAccess, StripeError};

use crate::contracts::stripe::connecting::{connected, key, price};
use crate::contracts::stripe::harness::StripeHarness;
use crate::fixtures::{Shop, cents};

fn opened(harness: &dyn StripeHarness, account: &AccountRef) -> CheckoutSession {
    let shop = Shop::new("acme");
    let price = price(harness, &shop, account, cents(2_900));
    let access = StripeAccess::from(account.clone());
    let stripe = harness.stripe();
    let session = stripe.open_checkout(&access, &shop.checkout(&price), &key("session"));
    session.expect("the price is there")
}

fn expire(
    harness: &dyn StripeHarness,
    account: &AccountRef,
    session: &SessionId,
) -> Result<CheckoutEnd, StripeError> {
    let access = StripeAccess::from(account.clone());
    harness.stripe().expire_checkout(&access, session)
}

/// An open session is expired, and one that was expired before stays so.
pub fn a_session_is_expired_once(harness: &dyn StripeHarness) {
    let account = connected(harness, Mode::Sandbox);
    let session = opened(harness, &account);
    for _ in 0..2 {
        let end = expire(harness, &account, &session.id);
        assert_eq!(end, Ok(CheckoutEnd::Expired));
    }
    let unknown = SessionId::parse("cs_test_unknown").expect("an id");
    let end = expire(harness, &account, &unknown);
    assert_eq!(end, Ok(CheckoutEnd::Expired), "it does not exist");
}

/// A session that the buyer has completed is not expired.
pub fn a_completed_session_is_not_expired(harness: &dyn StripeHarness) {
    let account = connected(harness, Mode::Live);
    let session = opened(harness, &account);
    harness.complete_checkout(&account, &session);
    for _ in 0..2 {
        let end = expire(harness, &account, &session.id);
        assert_eq!(end, Ok(CheckoutEnd::Completed));
    }
}

/// A session of an account that is not connected any more cannot be expired.
pub fn a_session_of_a_former_account_is_out_of_reach(harness: &dyn StripeHarness) {
    let account = connected(harness, Mode::Sandbox);
    let session = opened(harness, &account);
    harness.end_grant(&account);
    let end = expire(harness, &account, &session.id);
    assert_eq!(end, Err(StripeError::AccountGone));
}
