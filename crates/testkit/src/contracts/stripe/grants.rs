//! Grants: access to an account, and its end.

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::stripe_account::AccountType;
use mintage_domain::ports::{Grant, HistoryKind, StripeError};

use crate::contracts::stripe::connecting::{connected, first_page, key};
use crate::contracts::stripe::harness::{REDIRECT, StripeHarness};
use crate::fixtures::{Shop, cents};

/// The values of a parameter in a URL's query, decoded.
fn parameter(url: &str, name: &str) -> Vec<String> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| decoded(value))
        .collect()
}

fn decoded(value: &str) -> String {
    let mut pieces = value.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (hex, rest) = piece.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).expect("two hex digits follow a percent sign"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("the value is UTF-8")
}

/// The page that a seller is sent to has the state and the redirect, and each mode has a page of
/// its own.
pub fn the_authorize_url_holds_state_and_redirect(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let redirect = WebUrl::parse(REDIRECT).expect("it is a URL");
    let states = ["0123abcd".repeat(8), "a&b=c%2B+/ä".to_owned()];
    let mut clients = Vec::new();
    for mode in Mode::ALL {
        for state in &states {
            let url = stripe.authorize_url(mode, &Secret::new(state), &redirect);
            let url = url.expect("both modes are offered");
            WebUrl::parse(&url).expect("it is a URL");
            assert_eq!(parameter(&url, "state"), [state.as_str()]);
            assert_eq!(parameter(&url, "redirect_uri"), [REDIRECT]);
            assert_eq!(parameter(&url, "response_type"), ["code"]);
            clients.push(parameter(&url, "client_id"));
        }
    }
    assert_eq!(clients[0].len(), 1);
    assert_eq!(clients[0], clients[1]);
    assert_ne!(
        clients[1], clients[2],
        "each mode has a client id of its own"
    );
}

/// A code grants the account of the seller who clicked, in the mode of the code, and each click
/// grants its own account.
pub fn a_code_grants_the_account_of_who_clicked(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let mut accounts = Vec::new();
    for mode in [Mode::Sandbox, Mode::Live, Mode::Sandbox] {
        let code = harness.grant_code(mode);
        let grant = stripe.exchange(mode, &code).expect("a fresh code is good");
        assert_eq!(grant.livemode, mode.livemode());
        assert!(
            !accounts.contains(&grant.account),
            "two clicks, two accounts"
        );
        let account = AccountRef {
            mode,
            account: grant.account.clone(),
        };
        let read = stripe.account(&account).expect("it is connected");
        assert_eq!(read.id, grant.account);
        accounts.push(grant.account);
    }
}

/// Asserts that a code was refused, and that Stripe said why.
#[track_caller]
fn assert_refused(outcome: &Result<Grant, StripeError>, case: &str) {
    let Err(StripeError::CodeRefused(refusal)) = outcome else {
        panic!("{case}: {outcome:?}");
    };
    assert_eq!(refusal.code.as_deref(), Some("invalid_grant"), "{case}");
    assert!(!refusal.message.is_empty(), "{case}");
}

/// The second use of a code is refused and ends the grant of the first.
pub fn a_code_works_once(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let mode = Mode::Sandbox;
    let code = harness.grant_code(mode);
    let grant = stripe.exchange(mode, &code).expect("a fresh code is good");
    assert_refused(&stripe.exchange(mode, &code), "a second time");
    let account = AccountRef {
        mode,
        account: grant.account,
    };
    assert_eq!(stripe.account(&account), Err(StripeError::AccountGone));
}

/// A code that Stripe never issued is refused.
pub fn a_code_that_nobody_was_given_is_refused(harness: &dyn StripeHarness) {
    for mode in Mode::ALL {
        let code = Secret::new("ac_made_up");
        let outcome = harness.stripe().exchange(mode, &code);
        assert_refused(&outcome, mode.as_str());
    }
}

/// A code of one mode is refused in the other.
pub fn a_code_of_the_other_mode_is_refused(harness: &dyn StripeHarness) {
    for (given, asked) in [(Mode::Sandbox, Mode::Live), (Mode::Live, Mode::Sandbox)] {
        let code = harness.grant_code(given);
        let outcome = harness.stripe().exchange(asked, &code);
        assert_refused(&outcome, &format!("{given} as {asked}"));
    }
}

/// Ending a grant succeeds, also if the grant has ended already.
pub fn ending_an_ended_grant_succeeds(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let left = connected(harness, Mode::Sandbox);
    let removed = connected(harness, Mode::Live);
    harness.end_grant(&removed);
    for account in [left, removed] {
        for _ in 0..2 {
            assert_eq!(stripe.deauthorize(&account), Ok(()));
            assert_eq!(stripe.account(&account), Err(StripeError::AccountGone));
        }
    }
}

/// Every call on an account without a grant fails with `AccountGone`: on an account that was never
/// connected and on one that is disconnected.
pub fn without_a_grant_the_account_is_gone(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let shop = Shop::new("acme");
    let never = shop.account_ref();
    let left = connected(harness, Mode::Sandbox);
    stripe.deauthorize(&left).expect("it was connected");
    let removed = connected(harness, Mode::Live);
    harness.end_grant(&removed);
    let product = StripeProductId::parse("prod_1").expect("an id");
    let price = StripePriceId::parse("price_1").expect("an id");
    for account in [never, left, removed] {
        let gone = StripeError::AccountGone;
        let new_price = shop.new_price(&product, cents(2_900));
        let checkout = shop.checkout(&price);
        let outcomes = [
            stripe.account(&account).err(),
            stripe
                .create_product(&account, &shop.new_product(), &key("product"))
                .err(),
            stripe
                .create_price(&account, &new_price, &key("price"))
                .err(),
            stripe
                .open_checkout(&account.clone().into(), &checkout, &key("session"))
                .err(),
            stripe
                .history(&account.clone().into(), &first_page(HistoryKind::Sessions))
                .err(),
        ];
        for (i, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome, Some(gone.clone()), "call {i} on {account:?}");
        }
    }
}

/// A sandbox grant gives no access in live mode.
pub fn a_sandbox_grant_is_no_live_grant(harness: &dyn StripeHarness) {
    let AccountRef { account, .. } = connected(harness, Mode::Sandbox);
    let live = AccountRef {
        mode: Mode::Live,
        account,
    };
    let outcome = harness.stripe().account(&live);
    assert_eq!(outcome, Err(StripeError::AccountGone));
}

/// An account reads back as Stripe describes it, and says so when it cannot take payments.
pub fn an_account_says_what_it_can_do(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let account = connected(harness, Mode::Live);
    let able = stripe.account(&account).expect("it is connected");
    assert!(able.charges_enabled && able.details_submitted);
    assert_eq!(able.account_type(), Some(AccountType::Standard));
    let schedule = able.payout_schedule.expect("a schedule");
    assert_eq!(schedule.interval, "daily");
    harness.disable_charges(&account);
    let unable = stripe.account(&account).expect("it is connected");
    assert!(!unable.charges_enabled);
}

/// A link to the onboarding of a connected account is an address at Stripe; there is none for an account
/// that is not connected.
pub fn an_onboarding_link_leads_to_stripe(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let account = connected(harness, Mode::Sandbox);
    let url = |path: &str| WebUrl::parse(&format!("https://mint.test/{path}")).expect("a URL");
    let link = stripe.onboarding_link(&account, &url("again"), &url("back"));
    WebUrl::parse(&link.expect("it is connected")).expect("a URL");
    harness.end_grant(&account);
    let gone = stripe.onboarding_link(&account, &url("again"), &url("back"));
    assert_eq!(gone, Err(StripeError::AccountGone));
}
