//! What Stripe says of an account: read in any order, stored, and told once.

use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::id::PayoutId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::account_state::Payout;
use mintage_domain::model::stripe::event::{EventData, PayoutFacts};
use mintage_domain::model::stripe::next_step::NextStep;
use mintage_domain::ports::{Connections, MockStripe, Stripe, StripeError};
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_domain::usecase::stripe::account::{REFRESH_AFTER, refresh};
use mintage_domain::usecase::stripe::inbound::Outcome;
use mintage_domain::usecase::stripe::leave::disconnect;
use mintage_domain::usecase::stripe::status::{payouts, report};
use mintage_testkit::fixtures::account_facts;

use crate::seller::Seller;

const TOLD: &str = "stripe.charges-disabled";

fn can_charge(seller: &Seller) -> Option<bool> {
    let state = seller.store.account_state(&seller.shop.account_ref());
    state.unwrap().and_then(|state| state.can_charge())
}

fn updated(seller: &Seller) -> Outcome {
    seller.receive(EventData::AccountUpdated).unwrap()
}

#[test]
fn an_account_is_read_from_stripe_at_each_change_and_told_when_it_cannot_charge() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    assert_eq!(can_charge(&seller), None);
    for (able, told) in [(true, 0), (false, 1), (false, 1), (true, 1), (false, 2)] {
        if able {
            seller.stripe.enable_charges(&account.account);
        } else {
            seller.stripe.disable_charges(&account.account);
        }
        assert_eq!(updated(&seller), Outcome::Applied);
        assert_eq!(can_charge(&seller), Some(able));
        assert_eq!(seller.audited(TOLD), told);
    }
}

#[test]
fn an_account_that_never_could_charge_is_not_told() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    seller.stripe.disable_charges(&account.account);
    let (store, env, of) = (&*seller.store, seller.env(), (seller.tenant(), &account));
    refresh(store, &*seller.stripe, &env, of, true).unwrap();
    assert_eq!(can_charge(&seller), Some(false));
    assert_eq!(updated(&seller), Outcome::Applied);
    assert_eq!(seller.audited(TOLD), 0);
}

#[test]
fn an_answer_of_stripe_that_was_asked_for_earlier_replaces_no_later_one() {
    let seller = Arc::new(Seller::on_sale());
    let account = seller.shop.account_ref();
    let inner = Arc::clone(&seller);
    let mut slow = MockStripe::new();
    slow.expect_account().times(1).returning(move |on| {
        let old = account_facts(&on.account);
        inner.shop.env.clock.advance(Duration::from_secs(1));
        inner.stripe.disable_charges(&on.account);
        let of = (inner.tenant(), on);
        refresh(&*inner.store, &*inner.stripe, &inner.env(), of, false).unwrap();
        Ok(old)
    });
    let of = (seller.tenant(), &account);
    let answered = refresh(&*seller.store, &slow, &seller.env(), of, false).unwrap();
    assert!(answered.charges_enabled);
    assert_eq!(can_charge(&seller), Some(false));
    assert_eq!(seller.audited(TOLD), 1);
}

#[test]
fn news_of_an_account_that_was_left_or_that_stripe_does_not_tell_change_nothing() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    seller.stripe.end_grant(&account);
    assert!(matches!(updated(&seller), Outcome::Ignored(_)));
    let (store, env) = (&*seller.store, seller.env());
    disconnect(
        store,
        &*seller.stripe,
        &env,
        seller.tenant(),
        &Actor::Operator,
    )
    .unwrap();
    for data in [
        EventData::AccountUpdated,
        EventData::Payout(payout("po_1", true)),
    ] {
        let outcome = seller.receive(data).unwrap();
        assert!(matches!(outcome, Outcome::Ignored(_)), "{outcome:?}");
    }
    assert_eq!(store.account_state(&account), Ok(None));
}

fn payout(id: &str, failed: bool) -> PayoutFacts {
    PayoutFacts {
        id: PayoutId::parse(id).unwrap(),
        amount: 2_900,
        currency: "usd".to_owned(),
        failed,
        arrival: None,
        failure_code: failed.then(|| "account_closed".to_owned()),
        failure_message: None,
    }
}

fn ids(page: &[Payout]) -> Vec<(String, bool)> {
    page.iter()
        .map(|it| (it.id.to_string(), it.failed))
        .collect()
}

#[test]
fn payouts_are_recorded_in_any_order_and_listed_in_pages() {
    let seller = Seller::on_sale();
    for (id, failed) in [
        ("po_1", true),
        ("po_1", false),
        ("po_2", false),
        ("po_2", true),
        ("po_3", false),
    ] {
        seller
            .receive(EventData::Payout(payout(id, failed)))
            .unwrap();
    }
    assert_eq!(seller.audited("stripe.payout-failed"), 2);
    let mut request = PageRequest {
        after: None,
        limit: Some(2),
    };
    let page = payouts(&*seller.store, seller.tenant(), &request).unwrap();
    let owned = |id: &str, failed| (id.to_owned(), failed);
    assert_eq!(
        ids(&page.items),
        [owned("po_3", false), owned("po_2", true)]
    );
    request.after = page.next;
    let rest = payouts(&*seller.store, seller.tenant(), &request).unwrap();
    assert_eq!(ids(&rest.items), [owned("po_1", true)]);
    assert_eq!(rest.next, None);
}

#[test]
fn a_checkout_asks_stripe_again_a_minute_after_an_account_could_not_charge() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    seller.stripe.disable_charges(&account.account);
    updated(&seller);
    let never_asked = MockStripe::new();
    let refused = seller.open(&never_asked, &seller.wanted());
    assert!(
        matches!(
            refused,
            Err(CheckoutError::Stripe(StripeError::CannotCharge(_)))
        ),
        "{refused:?}"
    );
    seller.shop.env.clock.advance(REFRESH_AFTER);
    let refused = seller.open(&*seller.stripe, &seller.wanted());
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(seller.stripe.checkouts(&account), []);
    seller.stripe.enable_charges(&account.account);
    assert!(seller.open(&never_asked, &seller.wanted()).is_err());
    seller.shop.env.clock.advance(REFRESH_AFTER);
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
    assert_eq!(can_charge(&seller), Some(true));
}

#[test]
fn a_report_falls_back_on_what_stripe_said_last() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let (store, tenant) = (&*seller.store, seller.tenant());
    updated(&seller);
    let away = Err(StripeError::Unavailable("no route".to_owned()));
    let shown = report(store, tenant, Some(&away)).unwrap();
    assert_eq!(shown.facts, Some(account_facts(&account.account)));
    assert_eq!(shown.next, []);
    let revoked = report(store, tenant, Some(&Err(StripeError::AccountGone))).unwrap();
    assert_eq!(revoked.next, [NextStep::Reconnect]);
    let now = seller.stripe.account(&account);
    assert!(
        report(store, tenant, Some(&now))
            .unwrap()
            .missing_prices
            .is_empty()
    );
}
