use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::secret::{Secret, SecretHash};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::{Plan, TenantStatus, TenantSuspended};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::connection::ConnectionState;
use mintage_domain::model::stripe::mode_change::ModeError;
use mintage_domain::ports::{
    AuditFilter, Audits, Catalog, Commit, Connections, Grant, MockStripe, OAuthRounds, Stripe,
    StripeError, StripeRefusal, Tenants, Tokens,
};
use mintage_domain::usecase::sellers::standing::{erase, suspend};
use mintage_domain::usecase::sellers::tenant::change_plan;
use mintage_domain::usecase::stripe::connect::{self, ConnectError, OAUTH_ROUND_TTL};
use mintage_domain::usecase::stripe::connect_page;
use mintage_domain::usecase::stripe::leave::disconnect;
use mintage_testkit::fixtures::{stripe_account, web_url};
use mintage_testkit::{MemoryStore, StandInStripe};

use crate::seller::{Seller, browser};

#[test]
fn a_round_connects_the_account_and_returns_a_checkout_key() {
    let seller = Seller::new();
    let account = seller.account(Mode::Sandbox);
    let connected = seller.connect(&account).unwrap();
    assert_eq!(connected.account, account);
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
        let by = (&tenant, &seller.shop.management_token().id);
        connect::start(store, stripe, &env, by, mode, &redirect).unwrap_err()
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
        let refused = begin(&seller, "acme", to, &seller.stripe);
        assert_eq!(refused, ConnectError::Mode(why), "{at} to {to}");
    }
}

#[test]
fn a_state_that_is_unknown_or_expired_is_refused_before_any_request_to_stripe() {
    let never_asked = MockStripe::new();
    let code = Secret::new("ac_1");
    let refused =
        |seller: &Seller, state: &Secret| seller.finish(&never_asked, state, &code).unwrap_err();
    let seller = Seller::new();
    let unknown = Secret::new("00".repeat(32));
    assert_eq!(refused(&seller, &unknown), ConnectError::InvalidState);

    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    seller.shop.env.clock.advance(OAUTH_ROUND_TTL);
    assert_eq!(refused(&seller, &state), ConnectError::InvalidState);
}

#[test]
fn the_page_names_what_is_connected_and_by_whom_and_opening_it_stores_nothing() {
    let seller = Seller::new();
    let (store, env) = (&*seller.store, seller.env());
    let token = seller.shop.stored_token(store);
    let redirect = web_url("https://mintage.example.test/callback");
    let by = (seller.tenant(), &token.id);
    let ticket = connect::start(store, &*seller.stripe, &env, by, Mode::Live, &redirect).unwrap();
    let begun_at = seller.shop.now();
    seller.shop.env.clock.advance(Duration::from_mins(1));
    let (page, state) = seller.open_page(&ticket, &browser()).unwrap();
    assert_eq!((&page.tenant, page.mode), (seller.tenant(), Mode::Live));
    assert_eq!(page.begun_by.map(|it| it.id), Some(token.id.clone()));
    assert_eq!(page.begun_at, begun_at);
    assert!(!state.expose().contains(ticket.expose()));
    let (_, again) = seller.open_page(&ticket, &browser()).unwrap();
    assert_eq!(state.expose(), again.expose(), "a page may be loaded again");

    let code = seller.stripe.grant_code_for(&seller.shop.account_ref());
    seller.finish(&*seller.stripe, &state, &code).unwrap();
    let used = seller.open_page(&ticket, &browser()).unwrap_err();
    assert_eq!(used, ConnectError::InvalidState);
    let trail = seller.store.audit(
        seller.tenant(),
        &AuditFilter::default(),
        &PageRequest::default(),
    );
    let linked = trail
        .unwrap()
        .items
        .into_iter()
        .find(|it| it.action == "stripe.connected");
    assert_eq!(linked.unwrap().actor, format!("token:{}", token.id));
}

#[test]
fn a_callback_in_another_browser_is_refused_and_spends_nothing() {
    let seller = Seller::new();
    let ticket = seller.ticket(Mode::Live).unwrap();
    let (_, state) = seller.open_page(&ticket, &browser()).unwrap();
    let code = seller.stripe.grant_code_for(&seller.shop.account_ref());
    let other = Secret::new("c1".repeat(32));
    let (_, state_of_other) = seller.open_page(&ticket, &other).unwrap();
    let never_asked = MockStripe::new();
    let forged = |from: &Secret, signature: &Secret| {
        let (key, _) = from.expose().split_once('.').unwrap();
        let (_, signature) = signature.expose().split_once('.').unwrap();
        Secret::new(format!("{key}.{signature}"))
    };
    let foreign = Seller::beside(&seller.store, &seller.stripe, "zeta");
    let (_, of_foreign) = foreign
        .open_page(&foreign.ticket(Mode::Live).unwrap(), &other)
        .unwrap();
    for (state, by) in [
        (&state, Some(&other)),
        (&state, None),
        (&state_of_other, Some(&browser())),
        (&forged(&state, &of_foreign), Some(&other)),
    ] {
        let (store, env) = (&*seller.store, seller.env());
        let refused = connect::finish(store, &never_asked, &env, (state, &code), by);
        assert_eq!(refused.unwrap_err(), ConnectError::OtherBrowser);
    }
    let connected = seller.finish(&*seller.stripe, &state, &code).unwrap();
    assert!(
        connected.checkout_key.is_some(),
        "the right browser gets through"
    );

    let (store, env) = (&*seller.store, seller.env());
    let round = connect::finish(store, &never_asked, &env, (&state, &code), Some(&browser()));
    let round = round
        .expect("the same callback again changes nothing")
        .state;
    for by in [None, Some(&other)] {
        let refused = connect_page::look(store, &env, &round, by).unwrap_err();
        assert_eq!(refused, ConnectError::OtherBrowser);
    }
    let again = connect_page::look(store, &env, &round, Some(&browser())).unwrap();
    assert!(again.checkout_key.is_none(), "the key is shown once");
}

#[test]
fn a_tenant_whose_access_stripe_has_revoked_connects_again() {
    for next in Mode::ALL {
        let seller = Seller::on_sale();
        let live = seller.shop.account_ref();
        let taken = seller.start(next).unwrap_err();
        assert!(matches!(taken, ConnectError::Mode(_)), "{taken:?}");
        seller.stripe.deauthorize(&live).unwrap();
        let target = AccountRef { mode: next, ..live };
        let connected = seller.connect(&target).unwrap();
        assert_eq!(connected.account, target);
        assert_eq!(seller.audited("stripe.deauthorized"), 1);
        assert!(seller.connection().retiring.is_empty());
    }
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
fn a_round_ends_with_the_access_of_the_tenant_and_of_the_token_that_began_it() {
    type End = fn(&Seller);
    let ends: [(End, ConnectError); 4] = [
        (
            |it| assert!(suspend(&*it.store, &it.env(), it.tenant()).is_ok()),
            TenantSuspended.into(),
        ),
        (
            |it| assert!(erase(&*it.store, &it.env(), it.tenant()).is_ok()),
            TenantSuspended.into(),
        ),
        (
            |it| end_tokens(it, |token, now| token.revoked_at = Some(now)),
            ConnectError::InvalidState,
        ),
        (
            |it| end_tokens(it, |token, now| token.expires_at = Some(now)),
            ConnectError::InvalidState,
        ),
    ];
    for (end, error) in ends {
        let seller = Seller::new();
        let state = seller.start(Mode::Live).unwrap();
        end(&seller);
        let never_asked = MockStripe::new();
        let refused = seller.finish(&never_asked, &state, &Secret::new("ac_1"));
        assert_eq!(refused.unwrap_err(), error);
        assert_eq!(seller.store.connection(seller.tenant()), Ok(None));
    }
}

fn end_tokens(seller: &Seller, end: fn(&mut ManagementToken, Timestamp)) {
    let tokens = seller
        .store
        .tokens(seller.tenant(), &PageRequest::default());
    let mut changes = seller.shop.changes();
    for mut token in tokens.unwrap().items {
        end(&mut token, seller.shop.now());
        changes.tokens.push(Write::changed(token));
    }
    seller.store.commit(changes).unwrap();
}

#[test]
fn a_tenant_that_is_suspended_during_the_exchange_is_not_connected() {
    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    let mut tenant = seller.store.tenant(seller.tenant()).unwrap().unwrap();
    tenant.status = TenantStatus::Suspended;
    let mut changes = seller.shop.changes();
    changes.tenants.push(Write::changed(tenant));
    let (store, account) = (Arc::clone(&seller.store), seller.shop.account.clone());
    let mut stripe = MockStripe::new();
    stripe.expect_exchange().times(1).return_once(move |_, _| {
        store.commit(changes).unwrap();
        Ok(Grant {
            account,
            livemode: true,
        })
    });
    let refused = seller.finish(&stripe, &state, &Secret::new("ac_1"));
    assert_eq!(refused.unwrap_err(), TenantSuspended.into());
    assert_eq!(seller.store.connection(seller.tenant()), Ok(None));
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
    let (key, _) = state.expose().split_once('.').unwrap();
    let (store, hash) = (Arc::clone(store), SecretHash::of(key));
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
    for error in [
        StripeError::CodeRefused(StripeRefusal::default()),
        unavailable,
    ] {
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
    let shown = std::thread::scope(|scope| {
        let finish = || seller.finish(&*seller.stripe, &state, &code);
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(finish)).collect();
        let outcomes = callers.into_iter().filter_map(|it| it.join().unwrap().ok());
        outcomes.filter(|it| it.checkout_key.is_some()).count()
    });
    assert_eq!(shown, 1, "one caller sees the checkout key");
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
    disconnect(&*store, &*stripe, &env, first.tenant(), &actor).unwrap();
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
