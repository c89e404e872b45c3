//! What a license gets from its subscription.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::licenses::standing::{HoldCause, Lapse};
use crate::model::sales::subscription::Subscription;
use crate::model::stripe::subscription::{StripeSubscription, SubscriptionStatus};

const SECONDS_PER_DAY: u64 = 86_400;

/// What a license gets from its subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any may hold"
)]
pub struct SubscriptionTerm {
    /// Until when is paid, and not refunded; `None` if nothing is.
    pub paid_until: Option<Timestamp>,
    /// When the license expires: the paid end, or up to the days of grace later. `None` before the sale.
    pub expires_at: Option<Timestamp>,
    /// From when the license is frozen, by an unpaid invoice or a pause.
    pub lapse: Option<Lapse>,
    /// The state of the subscription.
    pub status: SubscriptionStatus,
    /// The end of the current period, paid or not.
    pub current_period_end: Option<Timestamp>,
    /// Whether the subscription ends by itself.
    pub cancels: bool,
    /// Whether the subscription has ended.
    pub has_ended: bool,
    /// Whether a payment failed that was not made up for.
    pub is_due: bool,
    /// Whether all that was paid is refunded.
    pub is_refunded: bool,
}

/// A payment that failed.
struct Due {
    cause: HoldCause,
    /// The date of the invoice.
    since: Timestamp,
}

impl Subscription {
    /// Computes what a license gets.
    ///
    /// - A failed invoice for a period beyond what is paid starts the grace, which counts from the date
    ///   of the invoice. The license is active until the end of the grace and then frozen. An invoice that
    ///   is written off is one that failed; one that is void is not owed, so the license runs out.
    /// - While Stripe has begun the next period and no invoice of it is known, the license stays active
    ///   for the days of grace: an invoice is paid about an hour after its period has begun.
    /// - A subscription that ends or has ended gets no grace, and a paused one is frozen.
    /// - If all is refunded, the license is revoked. It still has an end, since a license without one would
    ///   last for ever once a refund fails.
    pub fn term(&self) -> SubscriptionTerm {
        let latest = self.news.latest.as_ref();
        let paid = self.paid_until();
        let paid_until = paid.and_then(Timestamp::from_unix_seconds);
        let has_ended = self.news.has_ended;
        let cancels = latest.is_some_and(|it| it.cancels);
        let due = self.due(paid, latest).filter(|_| !has_ended);
        let is_due = due.is_some();
        let end = paid_until.or_else(|| self.end_without_payment());
        let (expires_at, unpaid) = match due {
            _ if has_ended || cancels => (end, None),
            Some(due) => {
                let from = self.end_of_grace(due.since, paid_until);
                let cause = due.cause;
                (Some(from), Some(Lapse { cause, from }))
            }
            None if self.is_renewing(paid, latest) => {
                let end = paid_until.map(|end| end.plus(self.grace()));
                (end, None)
            }
            None => (end, None),
        };
        let is_paused = !has_ended && latest.is_some_and(|it| it.is_paused);
        let paused = is_paused.then(|| Lapse {
            cause: HoldCause::Subscription(self.key.id.to_string()),
            from: Timestamp::EPOCH,
        });
        SubscriptionTerm {
            paid_until,
            expires_at,
            lapse: paused.or(unpaid),
            status: self.status(is_due, is_paused),
            current_period_end: latest
                .and_then(|it| it.period_end)
                .max(paid)
                .and_then(Timestamp::from_unix_seconds),
            cancels,
            has_ended,
            is_due,
            is_refunded: self.news.invoices.are_refunded(),
        }
    }

    /// Until when is paid, in Unix seconds. What was assumed at the sale counts until an invoice is known
    /// to be paid.
    fn paid_until(&self) -> Option<i64> {
        let invoices = &self.news.invoices;
        let assumed = self.news.assumed_until.filter(|_| invoices.are_unpaid());
        invoices.paid_until().or(assumed)
    }

    /// The end of a license of which all is refunded: that of its first period.
    fn end_without_payment(&self) -> Option<Timestamp> {
        let first = self.news.invoices.first_end();
        let end = first.or(self.news.assumed_until)?;
        Timestamp::from_unix_seconds(end)
    }

    /// The payment that failed, by its invoice or, if its event has not arrived, by the status.
    fn due(&self, paid: Option<i64>, latest: Option<&StripeSubscription>) -> Option<Due> {
        if let Some((id, created)) = self.news.invoices.failed_beyond(paid) {
            return Some(Due {
                cause: HoldCause::UnpaidInvoice(id.to_string()),
                since: Timestamp::from_unix_seconds(created)?,
            });
        }
        let latest = latest.filter(|it| it.status.is_due() && it.period_start >= paid)?;
        let id = latest.latest_invoice.as_ref()?;
        if self.news.invoices.is_settled(id) {
            return None;
        }
        Some(Due {
            cause: HoldCause::UnpaidInvoice(id.to_string()),
            since: Timestamp::from_unix_seconds(latest.period_start?)?,
        })
    }

    /// Whether Stripe has begun a period after the paid one, and has not charged it yet.
    fn is_renewing(&self, paid: Option<i64>, latest: Option<&StripeSubscription>) -> bool {
        let (Some(paid), Some(latest)) = (paid, latest) else {
            return false;
        };
        latest.status == SubscriptionStatus::Active
            && latest.period_start >= Some(paid)
            && !self.news.invoices.reach_beyond(paid)
    }

    /// The end of a grace that counts from `since`: not before the paid end, and not later than the days
    /// of grace after it.
    fn end_of_grace(&self, since: Timestamp, paid_until: Option<Timestamp>) -> Timestamp {
        let end = since.plus(self.grace());
        match paid_until {
            Some(paid) => end.clamp(paid, paid.plus(self.grace())),
            None => end,
        }
    }

    fn grace(&self) -> Duration {
        Duration::from_secs(u64::from(self.grace_days).saturating_mul(SECONDS_PER_DAY))
    }

    /// The status. What is known of invoices may be newer than what was retrieved.
    fn status(&self, is_due: bool, is_paused: bool) -> SubscriptionStatus {
        use SubscriptionStatus::{Active, Canceled, PastDue, Paused, Trialing};
        let reported = self.news.latest.as_ref().map_or(Active, |it| it.status);
        match reported {
            _ if self.news.has_ended => Canceled,
            _ if is_paused => Paused,
            Active | Trialing if is_due => PastDue,
            PastDue if !is_due => Active,
            reported => reported,
        }
    }
}
