use std::sync::Arc;

use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{Catalog, Connections, MockStripe, Stripe, StripeError};
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_domain::usecase::stripe::connect::{ConnectError, rotate_checkout_key};
use mintage_domain::usecase::stripe::leave::{SESSIONS_AT_ONCE, disconnect, retire};
use mintage_domain::usecase::sweep::{SweepReport, revoke_grants};

use crate::seller::Seller;

fn leave(seller: &Seller, stripe: &dyn Stripe) -> Result<(), ConnectError> {
    let (store, env) = (&*seller.store, seller.env());
    disconnect(store, stripe, &env, seller.tenant(), &Actor::Operator)
}

/// A Stripe that cannot be reached to end a grant.
fn down() -> MockStripe {
    let mut stripe = MockStripe::new();
    let unreachable = StripeError::Unavailable("no route".to_owned());
    stripe
        .expect_deauthorize()
        .times(1)
        .return_const(Err(unreachable));
    stripe
}

fn swept(seller: &Seller, stripe: &dyn Stripe) -> SweepReport {
    revoke_grants(&*seller.store, stripe, &seller.env()).unwrap()
}

fn is_granted(seller: &Seller, account: &AccountRef) -> bool {
    seller.stripe.account(account).is_ok()
}

#[test]
fn leaving_ends_the_grant_and_forgets_the_prices() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    leave(&seller, &*seller.stripe).unwrap();
    let connection = seller.connection();
    assert_eq!(
        (connection.state.account(), connection.retiring.len()),
        (None, 0)
    );
    assert!(!is_granted(&seller, &account));
    let prices = seller.store.price_links(seller.tenant(), &account.account);
    assert_eq!(prices, Ok(Vec::new()));
    let link = seller.store.account_link(&account).unwrap().unwrap();
    assert!(
        !link.active,
        "the account stays the tenant's, so that what was paid is minted"
    );
    let closed = seller.open(&*seller.stripe, &seller.wanted());
    assert_eq!(closed, Err(CheckoutError::NotConnected));
    assert_eq!(seller.audited("stripe.disconnected"), 1);
    let again = leave(&seller, &MockStripe::new());
    assert_eq!(again, Err(ConnectError::NotConnected));
}

#[test]
fn who_was_never_connected_cannot_leave() {
    let seller = Seller::new();
    let never = leave(&seller, &MockStripe::new());
    assert_eq!(never, Err(ConnectError::NotConnected));
    let rotated = rotate_checkout_key(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        &Actor::Operator,
    );
    assert_eq!(rotated.unwrap_err(), ConnectError::NotConnected);
}

#[test]
fn leaving_while_stripe_is_down_is_finished_by_the_sweeper() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    leave(&seller, &down()).unwrap();
    let connection = seller.connection();
    assert_eq!(connection.state.account(), None);
    assert_eq!(connection.retiring, std::slice::from_ref(&account));

    assert_eq!(swept(&seller, &down()).failed, 1);
    assert_eq!(seller.connection().retiring.len(), 1, "still to be done");

    assert_eq!(swept(&seller, &*seller.stripe).retired, 1);
    assert!(!is_granted(&seller, &account));
    assert_eq!(seller.connection().retiring, []);
    assert_eq!(swept(&seller, &MockStripe::new()), SweepReport::default());
}

#[test]
fn an_account_that_is_in_use_again_keeps_its_grant() {
    let (store, stripe) = (Arc::default(), Arc::default());
    let first = Seller::beside(&store, &stripe, "acme");
    let account = first.shop.account_ref();

    first.connect(&account).unwrap();
    leave(&first, &down()).unwrap();
    first.connect(&account).unwrap();
    assert_eq!(first.connection().retiring, [], "by the same tenant");

    leave(&first, &down()).unwrap();
    let second = Seller::beside(&store, &stripe, "zeta");
    second.connect(&account).unwrap();
    // A mock without expectations refuses any request to end a grant.
    let (never_asked, tenant) = (MockStripe::new(), first.tenant());
    retire(
        &*store,
        &never_asked,
        &first.env(),
        tenant,
        SESSIONS_AT_ONCE,
    )
    .unwrap();
    assert_eq!(first.connection().retiring, [], "by another");
    assert!(is_granted(&second, &account));
}

#[test]
fn a_checkout_key_is_created_once_and_outlives_a_disconnect() {
    let seller = Seller::new();
    let account = seller.account(Mode::Live);
    let key = seller.connect(&account).unwrap().checkout_key.unwrap();
    leave(&seller, &*seller.stripe).unwrap();
    let is_current = |key: &str| seller.connection().checkout_key.unwrap().matches(key);
    assert!(
        is_current(key.expose()),
        "its holder gets the answer that the tenant is not connected"
    );
    assert!(seller.connect(&account).unwrap().checkout_key.is_none());
    assert!(is_current(key.expose()));

    let (store, env) = (&*seller.store, seller.env());
    let other = rotate_checkout_key(store, &env, seller.tenant(), &Actor::Operator).unwrap();
    assert!(is_current(other.expose()) && !is_current(key.expose()));
    assert_eq!(seller.audited("checkout-key.rotated"), 1);
}

/// Opens so many checkouts, of which the first is paid; returns their sessions.
fn opened(seller: &Seller, n: usize) -> Vec<SessionId> {
    let account = seller.shop.account_ref();
    for _ in 0..n {
        seller.open(&*seller.stripe, &seller.wanted()).unwrap();
    }
    let checkouts = seller.stripe.checkouts(&account);
    let sessions: Vec<_> = checkouts.into_iter().map(|(it, _)| it.id).collect();
    seller.stripe.complete_checkout(&account, &sessions[0]);
    sessions
}

fn expired(seller: &Seller, sessions: &[SessionId]) -> usize {
    let account = seller.shop.account_ref();
    let is_expired = |it: &&SessionId| seller.stripe.is_expired(&account, it);
    sessions.iter().filter(is_expired).count()
}

#[test]
fn open_sessions_are_expired_before_the_grant_ends_in_bounded_steps() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let sessions = opened(&seller, SESSIONS_AT_ONCE + 5);
    leave(&seller, &*seller.stripe).unwrap();
    assert_eq!(seller.connection().state.account(), None);
    // Of the sessions that Stripe was asked to expire, one may be paid.
    let asked = SESSIONS_AT_ONCE - 1..=SESSIONS_AT_ONCE;
    assert!(asked.contains(&expired(&seller, &sessions)));
    assert!(is_granted(&seller, &account), "sessions are still open");

    assert_eq!(swept(&seller, &*seller.stripe).retired, 1);
    assert_eq!(expired(&seller, &sessions), sessions.len() - 1);
    assert!(
        !seller.stripe.is_expired(&account, &sessions[0]),
        "it was paid"
    );
    assert!(!is_granted(&seller, &account));
    assert_eq!(seller.connection().retiring, []);
}

#[test]
fn a_checkout_that_is_overtaken_by_a_disconnect_gives_no_page_to_pay_on() {
    let seller = Arc::new(Seller::on_sale());
    let account = seller.shop.account_ref();
    let overtaken = Arc::clone(&seller);
    let mut stripe = MockStripe::new();
    stripe
        .expect_open_checkout()
        .returning(move |on, request, key| {
            // Stripe cannot end the grant yet, and sees no session to expire.
            leave(&overtaken, &down()).unwrap();
            overtaken.stripe.open_checkout(on, request, key)
        });
    let stand_in = Arc::clone(&seller.stripe);
    stripe
        .expect_expire_checkout()
        .times(1)
        .returning(move |on, session| stand_in.expire_checkout(on, session));
    let late = seller.open(&stripe, &seller.wanted());
    assert_eq!(late, Err(CheckoutError::NotConnected));
    let (session, _) = seller.stripe.checkouts(&account).remove(0);
    assert!(seller.stripe.is_expired(&account, &session.id));
}
