//! What Stripe lists is applied as its events would have been.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::event::{EventData, SessionFacts, StripeEvent};
use mintage_domain::ports::{
    HistoryKind, HistoryPage, MockStripe, MockWebhooks, Stripe, StripeError, WebhookError,
};
use mintage_domain::usecase::stripe::reconcile::{Pace, Ports, Reconciliation, reconcile};

use crate::seller::{Seller, dispute, paid, refund};

/// A pace that never waits, and remembers the waits that were asked of it.
#[derive(Default)]
struct Hurry {
    calls: Cell<usize>,
    waits: RefCell<Vec<Duration>>,
    stops_after: Option<usize>,
}

impl Pace for Hurry {
    fn before_call(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    fn wait(&self, duration: Duration) {
        self.waits.borrow_mut().push(duration);
    }

    fn is_stopped(&self) -> bool {
        self.stops_after
            .is_some_and(|calls| self.calls.get() >= calls)
    }
}

/// The events that bodies stand for.
#[derive(Default)]
struct Events(BTreeMap<Vec<u8>, StripeEvent>);

impl Events {
    /// Lists an object on the account of a seller, in the state that an event reports.
    fn list(&mut self, seller: &Seller, kind: HistoryKind, created: Timestamp, data: EventData) {
        let event = seller.inbound(data).event;
        let body = event.id.as_str().as_bytes().to_vec();
        let object = format!("object_{}", event.id);
        let account = seller.shop.account_ref();
        let of = (object.as_str(), created);
        seller.stripe.list(&account, kind, of, Some(body.clone()));
        self.0.insert(body, event);
    }

    fn reconcile(&self, seller: &Seller, since: Timestamp) -> Reconciliation {
        self.reconcile_with(seller, &*seller.stripe, &Hurry::default(), since)
    }

    fn reconcile_with(
        &self,
        seller: &Seller,
        stripe: &dyn Stripe,
        pace: &Hurry,
        since: Timestamp,
    ) -> Reconciliation {
        let events = self.0.clone();
        let mut webhooks = MockWebhooks::new();
        webhooks
            .expect_reread()
            .returning(move |body| events.get(body).cloned().ok_or(WebhookError::NotAnEvent));
        let ports = Ports {
            store: &*seller.store,
            stripe,
            webhooks: &webhooks,
            pace,
        };
        reconcile(&ports, &seller.env(), since).unwrap()
    }
}

fn an_hour_before(now: Timestamp) -> Timestamp {
    now.minus(Duration::from_hours(1))
}

#[test]
fn sessions_that_were_paid_in_silence_mint_once_however_often_they_are_found() {
    let seller = Seller::on_sale();
    let mut events = Events::default();
    // More than a page.
    for _ in 0..5 {
        let facts = paid(&seller.session());
        let now = seller.env().now();
        events.list(
            &seller,
            HistoryKind::Sessions,
            now,
            EventData::SessionCompleted(facts),
        );
    }
    let since = an_hour_before(seller.env().now());
    let first = events.reconcile(&seller, since);
    assert_eq!(
        (first.accounts, first.objects, first.applied.len()),
        (1, 5, 5)
    );
    assert_eq!(first.applied[0].tenant, seller.shop.tenant.id);
    assert_eq!(first.failed, []);
    assert_eq!(seller.licenses().len(), 5);

    let again = events.reconcile(&seller, since);
    assert_eq!((again.objects, again.applied.len()), (5, 0));
    assert_eq!(seller.licenses().len(), 5);
}

#[test]
fn a_session_that_its_event_has_minted_is_not_minted_again() {
    let seller = Seller::on_sale();
    let facts = paid(&seller.session());
    seller
        .receive(EventData::SessionCompleted(facts.clone()))
        .unwrap();
    let mut events = Events::default();
    let now = seller.env().now();
    events.list(
        &seller,
        HistoryKind::Sessions,
        now,
        EventData::SessionCompleted(facts),
    );
    let result = events.reconcile(&seller, an_hour_before(now));
    assert_eq!((result.objects, result.applied.len()), (1, 0));
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_session_that_was_opened_before_the_silence_and_paid_in_it_is_found() {
    let seller = Seller::on_sale();
    let facts = paid(&seller.session());
    let now = seller.env().now();
    let opened = now.minus(Duration::from_hours(20));
    let mut events = Events::default();
    events.list(
        &seller,
        HistoryKind::Sessions,
        opened,
        EventData::SessionCompleted(facts),
    );
    let result = events.reconcile(&seller, an_hour_before(now));
    assert_eq!(result.applied.len(), 1);
    let long_before = now.minus(HistoryKind::Sessions.changes_for());
    let result = events.reconcile(&seller, now.plus(Duration::from_hours(1)));
    assert!(opened > long_before && result.objects == 1, "{result:?}");
}

#[test]
fn an_account_that_is_gone_fails_alone() {
    let seller = Seller::on_sale();
    let other = Seller::beside(&seller.store, &seller.stripe, "other");
    let account = other.shop.account_ref();
    other.connect(&account).unwrap();
    seller.stripe.end_grant(&account);
    let mut events = Events::default();
    let facts = paid(&seller.session());
    let now = seller.env().now();
    events.list(
        &seller,
        HistoryKind::Sessions,
        now,
        EventData::SessionCompleted(facts),
    );
    let result = events.reconcile(&seller, an_hour_before(now));
    assert_eq!((result.accounts, result.applied.len()), (2, 1));
    let failed: Vec<_> = result.failed.iter().map(|it| it.tenant.as_str()).collect();
    assert_eq!(failed, ["other"]);
}

#[test]
fn a_busy_stripe_is_asked_again_after_the_time_it_names_and_not_for_ever() {
    let seller = Seller::on_sale();
    for (failures, succeeds) in [(3, true), (4, false)] {
        let mut stripe = MockStripe::new();
        let calls = AtomicUsize::new(0);
        stripe.expect_history().returning(move |_, _| {
            if calls.fetch_add(1, Ordering::Relaxed) < failures {
                let retry_after = Some(Duration::from_secs(7));
                return Err(StripeError::Busy { retry_after });
            }
            Ok(HistoryPage::default())
        });
        let pace = Hurry::default();
        let since = an_hour_before(seller.env().now());
        let result = Events::default().reconcile_with(&seller, &stripe, &pace, since);
        assert_eq!(result.failed.is_empty(), succeeds, "{result:?}");
        assert_eq!(*pace.waits.borrow(), [Duration::from_secs(7); 3]);
    }
}

#[test]
fn a_reconciliation_that_is_stopped_reads_no_further_page() {
    let seller = Seller::on_sale();
    let mut events = Events::default();
    for _ in 0..5 {
        let facts = paid(&seller.session());
        let now = seller.env().now();
        events.list(
            &seller,
            HistoryKind::Sessions,
            now,
            EventData::SessionCompleted(facts),
        );
    }
    let pace = Hurry {
        stops_after: Some(1),
        ..Hurry::default()
    };
    let since = an_hour_before(seller.env().now());
    let result = events.reconcile_with(&seller, &*seller.stripe, &pace, since);
    assert_eq!(result.applied.len(), 2, "the objects of the first page");
}

#[test]
fn on_a_store_restored_from_the_day_before_paid_is_minted_as_it_was_and_once() {
    let mut seller = Seller::on_sale();
    let before = seller.session();
    let open = seller.session();
    seller.pay(&before);
    let backup = seller.store.snapshot();

    let lost = seller.session();
    let mut events = Events::default();
    let now = seller.env().now();
    let sale = |seller: &Seller, session| {
        EventData::SessionCompleted(SessionFacts {
            snapshot: seller.snapshot(session),
            ..paid(session)
        })
    };
    let disputed = dispute(&open, "du_1", "needs_response");
    let account = seller.shop.account_ref();
    seller.stripe.set_dispute(&account, disputed.clone());
    for (kind, data) in [
        (HistoryKind::Sessions, sale(&seller, &before)),
        (HistoryKind::Sessions, sale(&seller, &open)),
        (HistoryKind::Sessions, sale(&seller, &lost)),
        (HistoryKind::Refunds, refund(&before, "re_1", 2_900, false)),
        (HistoryKind::Disputes, EventData::Dispute(disputed)),
    ] {
        events.list(&seller, kind, now, data);
    }
    let since = an_hour_before(now);
    let standing = |seller: &Seller| {
        let now = seller.env().now();
        let licenses = seller.licenses().into_iter();
        let mut standing: Vec<_> = licenses
            .map(|it| {
                let session = it.session.map(|it| it.to_string());
                (
                    session,
                    it.license.state(now).as_str(),
                    it.license.reason(now),
                )
            })
            .collect();
        standing.sort();
        standing
    };
    assert_eq!(events.reconcile(&seller, since).applied.len(), 4);
    let at_the_loss = standing(&seller);

    seller.store = Arc::new(backup);
    assert_eq!(seller.licenses().len(), 1, "the day is lost");
    assert_eq!(events.reconcile(&seller, since).applied.len(), 4);
    assert_eq!(standing(&seller), at_the_loss);
    let states: Vec<_> = at_the_loss.iter().map(|(_, state, _)| *state).collect();
    assert_eq!(states, ["REVOKED", "FROZEN", "ACTIVE"]);
    assert_eq!(events.reconcile(&seller, since).applied, []);
    assert_eq!(standing(&seller), at_the_loss);
}
