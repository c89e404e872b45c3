//! Whether the events that Stripe sends arrive. Stripe shows the secret of an endpoint only once, so that a
//! wrong one is found by what it prevents.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::ports::{Clock, Store, StoreError, StripeError};
use mintage_runtime::system::SystemClock;
use mintage_stripe::{SentEvent, StripeClient};

use super::check::Check;
use super::platform::variables;
use super::report::{Finding, Report};

/// The most accounts of a mode of which events are listed.
const MAX_ACCOUNTS: usize = 20;

/// The age from which on an event must have arrived.
const ARRIVED_AFTER: Duration = Duration::from_mins(10);

/// How far back events count. Stripe lists those of 30 days.
const LOOK_BACK: Duration = Duration::from_hours(14 * 24);

/// How long a mode with connected accounts may hear nothing.
const MAX_SILENCE: Duration = Duration::from_hours(14 * 24);

/// What is known of the events of a mode.
#[derive(Default)]
struct Heard {
    /// What Stripe sent, in any order, and whether it arrived.
    sent: Vec<(SentEvent, bool)>,
    /// When an event last arrived.
    last: Option<Timestamp>,
    /// When the first of the accounts was connected.
    connected_at: Option<Timestamp>,
    /// Why Stripe lists no events.
    failed: Option<StripeError>,
}

pub(super) fn check<'a>(
    report: &mut Report,
    store: &dyn Store,
    stripe: &StripeClient,
    mode: Mode,
    accounts: impl Iterator<Item = &'a AccountRef>,
) -> Result<(), StoreError> {
    let now = SystemClock.now();
    let mut heard = Heard::default();
    for account in accounts.take(MAX_ACCOUNTS) {
        heard.read(store, stripe, account, now)?;
    }
    if let Some(finding) = heard.finding(mode, now) {
        report.add(finding.in_mode(mode));
    }
    Ok(())
}

impl Heard {
    fn read(
        &mut self,
        store: &dyn Store,
        stripe: &StripeClient,
        account: &AccountRef,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(link) = store.account_link(account)? else {
            return Ok(());
        };
        let connected_at = self.connected_at.unwrap_or(link.linked_at);
        self.connected_at = Some(connected_at.min(link.linked_at));
        self.last = self.last.max(store.last_event_at(account)?);
        if self.failed.is_some() {
            return Ok(());
        }
        let since = link.linked_at.max(now.minus(LOOK_BACK));
        let listed = match stripe.sent_events(account, since) {
            Ok(listed) => listed,
            Err(error) => {
                self.failed = Some(error);
                return Ok(());
            }
        };
        let endpoint = EventEndpoint::Connect(account.mode);
        for event in listed {
            if now.since(event.created) >= ARRIVED_AFTER {
                let arrived = store.processed_event(&endpoint, &event.id)?.is_some();
                self.sent.push((event, arrived));
            }
        }
        Ok(())
    }

    fn finding(mut self, mode: Mode, now: Timestamp) -> Option<Finding> {
        let connected_at = self.connected_at?;
        self.sent.sort_by_key(|(event, _)| event.created);
        if let Some((newest, arrived)) = self.sent.last() {
            let when = newest.created.to_rfc3339();
            if *arrived {
                let message = format!("the newest event has arrived, of {when}");
                return Some(Finding::ok(Check::WebhookDelivery, message));
            }
            let missing = self.sent.iter().rev().take_while(|(_, arrived)| !arrived);
            return Some(Finding::failed(
                Check::WebhookDelivery,
                format_args!(
                    "the newest {} events of connected accounts have not arrived; the last one is {} ({}), of {when}",
                    missing.count(),
                    newest.id,
                    newest.kind
                ),
                mend(mode),
            ));
        }
        let silent_since = self.last.unwrap_or(connected_at);
        if now.since(silent_since) >= MAX_SILENCE {
            return Some(Finding::warning(
                Check::WebhookDelivery,
                format_args!(
                    "no event of a connected account has arrived since {}",
                    silent_since.to_rfc3339()
                ),
                mend(mode),
            ));
        }
        if let Some(error) = &self.failed {
            return Some(Finding::warning(
                Check::WebhookDelivery,
                format_args!("Stripe does not list the events that it sent: {error}"),
                "Allow the restricted key to read events on connected accounts.",
            ));
        }
        let message = "no event was to arrive lately";
        Some(Finding::ok(Check::WebhookDelivery, message))
    }
}

fn mend(mode: Mode) -> String {
    format!(
        "Look in Stripe's dashboard under Developers > Webhooks how the deliveries end. After a 400, set {} to the \
         signing secret of this endpoint and restart the servers; after a timeout, let Stripe reach the server. Then \
         resend one event there, and run `mintage reconcile` for the others.",
        variables(mode).webhook_secret
    )
}
