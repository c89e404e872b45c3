use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::{Secret, SecretHash};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::connection::{ConnectionState, ModeError};
use mintage_domain::ports::{
    Catalog, Connections, Grant, MockStripe, OAuthRounds, Stripe, StripeError,
};
use mintage_domain::usecase::sellers::tenant::change_plan;
use mintage_domain::usecase::stripe::connect::{self, ConnectError, OAUTH_ROUND_TTL};
use mintage_testkit::fixtures::{stripe_account, web_url};
use mintage_testkit::{MemoryStore, StandInStripe};

use crate::seller::Seller;

#[test]
fn a_round_connects_the_account_and_returns_a_checkout_key() {
    let seller = Seller::new();
    let account = seller.account(Mode::Sandbox);
    let connected = seller.connect(&account).unwrap();
    assert_eq!(connected.account, account.account);
    let key = connected.checkout_key.unwrap();
    assert_eq!(key.expose().len(), 64);
    let connection = seller.connection();
    assert_eq!(
        connection.state,
        ConnectionState::Sandbox(account.account.clone())
    );
    assert_eq!(connection.checkout_key, Some(SecretHash::of(key.expose())));
    let link = seller.store.account_link(&account).unwrap().unwrap();
    assert!(link.active && link.tenant == *seller.tenant());
    assert_eq!(seller.audited("stripe.connected"), 1);
}

#[test]
fn a_round_does_not_begin_for_whom_it_could_not_end_well() {
    let begin = |seller: &Seller, tenant: &str, mode: Mode, stripe: &StandInStripe| {
        let tenant = TenantId::parse(tenant).unwrap();
        let redirect = web_url("https://mintage.example.test/callback");
        let (store, env) = (&*seller.store, seller.env());
        connect::start(store, stripe, &env, &tenant, mode, &redirect).unwrap_err()
    };
    let seller = Seller::new();
    let both = StandInStripe::new();
    assert_eq!(
        begin(&seller, "nobody", Mode::Live, &both),
        ConnectError::NotFound
    );
    let sandbox = StandInStripe::offering(&[Mode::Sandbox]);
    assert_eq!(
        begin(&seller, "acme", Mode::Live, &sandbox),
        ConnectError::Stripe(StripeError::NotConfigured(Mode::Live))
    );
    change_plan(&*seller.store, &seller.env(), seller.tenant(), Plan::Free).unwrap();
    assert_eq!(
        begin(&seller, "acme", Mode::Live, &both),
        ConnectError::PlanLacksConnect
    );

    for (at, to, why) in [
        (Mode::Sandbox, Mode::Sandbox, ModeError::AlreadyConnected),
        (Mode::Live, Mode::Live, ModeError::AlreadyConnected),
        (Mode::Live, Mode::Sandbox, ModeError::LiveIsOneWay),
    ] {
        let seller = Seller::new();
        seller.connect(&seller.account(at)).unwrap();
        let refused = begin(&seller, "acme", to, &both);
        assert_eq!(refused, ConnectError::Mode(why), "{at} to {to}");
    }
}

#[test]
fn a_state_that_is_unknown_used_or_expired_is_refused_before_any_request_to_stripe() {
    let never_asked = MockStripe::new();
    let code = Secret::new("ac_1");
    let refused =
        |seller: &Seller, state: &Secret| seller.finish(&never_asked, state, &code).unwrap_err();
    let seller = Seller::new();
    let unknown = Secret::new("00".repeat(32));
    assert_eq!(refused(&seller, &unknown), ConnectError::InvalidState);

    let state = seller.start(Mode::Live).unwrap();
    let granted = seller.stripe.grant_code_for(&seller.shop.account_ref());
    seller.finish(&*seller.stripe, &state, &granted).unwrap();
    assert_eq!(refused(&seller, &state), ConnectError::InvalidState);
    assert!(
        seller.connection().state.account().is_some(),
        "it stays connected"
    );

    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    seller.shop.env.clock.advance(OAUTH_ROUND_TTL);
    assert_eq!(refused(&seller, &state), ConnectError::InvalidState);
}

#[test]
fn a_round_may_be_finished_until_the_very_end_of_its_ten_minutes() {
    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    let almost = OAUTH_ROUND_TTL
        .checked_sub(Duration::from_micros(1))
        .unwrap();
    seller.shop.env.clock.advance(almost);
    let code = seller.stripe.grant_code_for(&seller.shop.account_ref());
    assert!(seller.finish(&*seller.stripe, &state, &code).is_ok());
}

#[test]
fn a_round_connects_the_tenant_that_began_it_whoever_ends_it() {
    let (store, stripe) = (Arc::default(), Arc::default());
    let ours = Seller::beside(&store, &stripe, "acme");
    let theirs = Seller::beside(&store, &stripe, "zeta");
    let state = theirs.start(Mode::Live).unwrap();
    let code = stripe.grant_code_for(&ours.shop.account_ref());
    let connected = ours.finish(&*stripe, &state, &code).unwrap();
    assert_eq!(connected.tenant, *theirs.tenant());
    assert_eq!(store.connection(ours.tenant()), Ok(None));
}

/// A Stripe that expects one exchange and asserts that the state is used up by then.
fn exchanging_once(
    store: &Arc<MemoryStore>,
    state: &Secret,
    answer: Result<Grant, StripeError>,
) -> MockStripe {
    let (store, hash) = (Arc::clone(store), SecretHash::of(state.expose()));
    let mut stripe = MockStripe::new();
    stripe.expect_exchange().times(1).returning(move |_, _| {
        let round = store.oauth_round(&hash).unwrap().unwrap();
        assert!(round.used, "the state is used up before the code is");
        answer.clone()
    });
    stripe
}

#[test]
fn a_code_is_exchanged_once_after_the_state_is_used_up_and_never_again() {
    let unavailable = StripeError::Unavailable("no answer".to_owned());
    for error in [StripeError::CodeRefused, unavailable] {
        let seller = Seller::new();
        let (state, code) = (seller.start(Mode::Live).unwrap(), Secret::new("ac_1"));
        let stripe = exchanging_once(&seller.store, &state, Err(error.clone()));
        let failed = seller.finish(&stripe, &state, &code).unwrap_err();
        assert_eq!(failed, ConnectError::Stripe(error));
        let again = seller.finish(&stripe, &state, &code).unwrap_err();
        assert_eq!(again, ConnectError::InvalidState);
        assert_eq!(seller.store.connection(seller.tenant()), Ok(None));
    }
}

#[test]
fn of_callers_at_once_one_exchanges_the_code() {
    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    let code = seller.stripe.grant_code_for(&seller.shop.account_ref());
    let finished = std::thread::scope(|scope| {
        let finish = || seller.finish(&*seller.stripe, &state, &code).is_ok();
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(finish)).collect();
        let outcomes = callers.into_iter().map(|it| it.join().unwrap());
        outcomes.filter(|finished| *finished).count()
    });
    assert_eq!(finished, 1);
    // The stand-in ends a grant whose code is used twice, as Stripe does.
    let account = seller.stripe.account(&seller.shop.account_ref());
    assert!(account.is_ok());
}

#[test]
fn a_grant_of_the_other_mode_connects_nothing() {
    for (requested, livemode) in [(Mode::Live, false), (Mode::Sandbox, true)] {
        let seller = Seller::new();
        let state = seller.start(requested).unwrap();
        let account = seller.shop.account.clone();
        let stripe = exchanging_once(&seller.store, &state, Ok(Grant { account, livemode }));
        let failed = seller.finish(&stripe, &state, &Secret::new("ac_1"));
        assert_eq!(failed.unwrap_err(), ConnectError::WrongMode);
        assert_eq!(seller.store.connection(seller.tenant()), Ok(None));
    }
}

#[test]
fn an_account_in_use_cannot_be_taken_and_one_that_was_left_can() {
    let (store, stripe) = (Arc::default(), Arc::default());
    let first = Seller::beside(&store, &stripe, "acme");
    let second = Seller::beside(&store, &stripe, "zeta");
    let account = first.shop.account_ref();
    first.connect(&account).unwrap();
    assert_eq!(
        second.connect(&account).unwrap_err(),
        ConnectError::AccountTaken
    );
    let in_sandbox = first.account(Mode::Sandbox);
    second.connect(&in_sandbox).unwrap();

    let (env, actor) = (first.env(), Actor::Operator);
    connect::disconnect(&*store, &*stripe, &env, first.tenant(), &actor).unwrap();
    second.connect(&account).unwrap();
    let link = store.account_link(&account).unwrap().unwrap();
    assert_eq!((link.active, &link.tenant), (true, second.tenant()));
}

#[test]
fn going_live_retires_the_sandbox_forgets_its_prices_and_keeps_the_checkout_key() {
    let seller = Seller::new();
    let sandbox = AccountRef {
        mode: Mode::Sandbox,
        account: stripe_account("acct_sandbox"),
    };
    let live = seller.shop.account_ref();
    let key = seller.connect(&sandbox).unwrap().checkout_key.unwrap();
    seller.set_up_prices().unwrap();
    let prices = |account: &AccountRef| {
        let links = seller.store.price_links(seller.tenant(), &account.account);
        links.unwrap().len()
    };
    assert_eq!(prices(&sandbox), 1);

    let state = seller.start(Mode::Live).unwrap();
    assert_eq!(prices(&sandbox), 1, "asking for a switch changes nothing");
    assert_eq!(seller.connection().state.account(), Some(sandbox.clone()));

    let code = seller.stripe.grant_code_for(&live);
    let connected = seller.finish(&*seller.stripe, &state, &code).unwrap();
    assert!(connected.checkout_key.is_none(), "the key goes on");
    let connection = seller.connection();
    assert_eq!(connection.state.account(), Some(live));
    assert_eq!(connection.retiring, std::slice::from_ref(&sandbox));
    assert!(connection.checkout_key.unwrap().matches(key.expose()));
    assert_eq!(prices(&sandbox), 0);
    let left = seller.store.account_link(&sandbox).unwrap().unwrap();
    assert!(!left.active && left.tenant == *seller.tenant());
}
