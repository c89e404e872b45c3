//! The disputes of one payment, by Stripe's ids.
//!
//! Events about a dispute arrive late, repeatedly and in any order, several in the same second, and a
//! lost dispute may be reopened. So the status is not taken from an event but retrieved from Stripe after
//! the payment was read, and stored under the payment's version: what is committed later was retrieved
//! later. If Stripe cannot be asked, the status of the event is joined by [`DisputeStatus::join`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::DisputeId;
use crate::base::text_enum::text_enum;

text_enum! {
    /// Stripe's status of a dispute. An earlier variant is an earlier step, as far as statuses alone can
    /// say so.
    pub enum DisputeStatus {
        /// An inquiry, which the seller shall answer. No money is withdrawn.
        WarningNeedsResponse = "warning_needs_response",
        /// An inquiry that the bank reviews.
        WarningUnderReview = "warning_under_review",
        /// An inquiry that did not become a dispute.
        WarningClosed = "warning_closed",
        /// The dispute was prevented, for example by a refund.
        Prevented = "prevented",
        /// The money is withdrawn, and the seller shall respond.
        NeedsResponse = "needs_response",
        /// A status that this version does not know. It is taken for an open dispute.
        Unknown = "unknown",
        /// The bank reviews the seller's response.
        UnderReview = "under_review",
        /// The buyer keeps the money.
        Lost = "lost",
        /// A lost dispute is open again, and the seller shall respond.
        AppealNeedsResponse = "appeal_needs_response",
        /// A lost dispute is open again, and is reviewed.
        AppealUnderReview = "appeal_under_review",
        /// The seller keeps the money.
        Won = "won",
    }

    /// The text is not a status of a dispute.
    #[error("unknown status of a dispute")]
    pub struct InvalidDisputeStatus;
}

/// What a dispute does to the licenses that its payment paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisputeEffect {
    /// Nothing: it is closed in the seller's favour, or prevented.
    Settled,
    /// Nothing yet: it is an inquiry.
    Inquiry,
    /// It freezes them.
    Open,
    /// It revokes them.
    Lost,
}

impl DisputeStatus {
    /// The status with this text at Stripe.
    pub fn of(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::Unknown)
    }

    /// The effect on the licenses of the payment.
    pub const fn effect(self) -> DisputeEffect {
        match self {
            Self::WarningNeedsResponse | Self::WarningUnderReview => DisputeEffect::Inquiry,
            Self::WarningClosed | Self::Prevented | Self::Won => DisputeEffect::Settled,
            Self::Lost => DisputeEffect::Lost,
            Self::NeedsResponse
            | Self::Unknown
            | Self::UnderReview
            | Self::AppealNeedsResponse
            | Self::AppealUnderReview => DisputeEffect::Open,
        }
    }

    /// The later one of two statuses that events reported: the maximum, so that the order of events does
    /// not matter. After an appeal, a dispute that is lost again stays open until Stripe can be asked.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        self.max(other)
    }
}

/// What is known of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The status.
    pub status: DisputeStatus,
    /// The disputed amount, in minor units.
    pub amount: Option<i64>,
    /// Why the buyer disputes the payment, as Stripe says it: `fraudulent`, `product_not_received`, ...
    pub reason: Option<String>,
}

/// Where a status comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It was retrieved from Stripe after the stored one was read, so it replaces the stored one.
    Retrieved,
    /// An event reported it, perhaps late, so it is joined with the stored one.
    Reported,
}

/// The disputes of one payment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disputes(BTreeMap<DisputeId, StoredDispute>);

/// A dispute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredDispute {
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The most disputes that are kept of a payment. Stripe has one or two.
const MAX_DISPUTES: usize = 20;

/// The largest length of a reason, in bytes.
const MAX_REASON: usize = 64;

impl Disputes {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The disputes with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&DisputeId, Dispute)> {
        self.0.iter().map(|(id, it)| (id, it.read()))
    }

    /// The dispute with this id.
    pub fn get(&self, id: &DisputeId) -> Option<Dispute> {
        self.0.get(id).map(StoredDispute::read)
    }

    /// Records a dispute. Returns whether anything changed.
    pub fn record(&mut self, id: &DisputeId, dispute: Dispute, source: Source) -> bool {
        let known = self.0.get(id);
        if known.is_none() && self.0.len() >= MAX_DISPUTES {
            return false;
        }
        let old = known.map(StoredDispute::read);
        let status = match (&old, source) {
            (Some(old), Source::Reported) => old.status.join(dispute.status),
            _ => dispute.status,
        };
        let reason = dispute.reason.filter(|it| is_reason(it));
        let new = StoredDispute {
            status: status.as_str().to_owned(),
            amount: dispute.amount.or(old.as_ref().and_then(|it| it.amount)),
            reason: reason.or_else(|| old.and_then(|it| it.reason)),
        };
        if known == Some(&new) {
            return false;
        }
        self.0.insert(id.clone(), new);
        true
    }

    /// Whether a dispute was lost and is not open again.
    pub fn is_lost(&self) -> bool {
        self.iter()
            .any(|(_, it)| it.status.effect() == DisputeEffect::Lost)
    }
}

impl StoredDispute {
    fn read(&self) -> Dispute {
        Dispute {
            status: DisputeStatus::of(&self.status),
            amount: self.amount,
            reason: self.reason.clone(),
        }
    }
}

/// Whether a text is a word of Stripe's, which may be sent on.
fn is_reason(text: &str) -> bool {
    (1..=MAX_REASON).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use DisputeStatus::{
        AppealNeedsResponse, AppealUnderReview, Lost, NeedsResponse, UnderReview, WarningClosed,
        WarningNeedsResponse, Won,
    };

    fn id(n: usize) -> DisputeId {
        DisputeId::parse(&format!("du_{n}")).unwrap()
    }

    fn dispute(status: DisputeStatus) -> Dispute {
        Dispute {
            status,
            amount: Some(2_900),
            reason: Some("fraudulent".to_owned()),
        }
    }

    fn status_after(statuses: &[DisputeStatus]) -> Option<DisputeStatus> {
        let mut disputes = Disputes::default();
        for status in statuses {
            disputes.record(&id(1), dispute(*status), Source::Reported);
        }
        disputes.get(&id(1)).map(|it| it.status)
    }

    #[test]
    fn a_status_is_read_as_it_is_written_and_an_unknown_one_is_open() {
        for status in DisputeStatus::ALL {
            assert_eq!(DisputeStatus::of(status.as_str()), status);
        }
        let unknown = DisputeStatus::of("arbitration");
        assert_eq!(
            (unknown, unknown.effect()),
            (DisputeStatus::Unknown, DisputeEffect::Open)
        );
    }

    #[test]
    fn a_retrieved_status_replaces_and_a_reported_one_never_goes_back() {
        let mut disputes = Disputes::default();
        for (status, source, changes, then) in [
            (NeedsResponse, Source::Reported, true, NeedsResponse),
            (Lost, Source::Retrieved, true, Lost),
            (NeedsResponse, Source::Reported, false, Lost),
            (
                AppealNeedsResponse,
                Source::Retrieved,
                true,
                AppealNeedsResponse,
            ),
            (Lost, Source::Reported, false, AppealNeedsResponse),
            (Lost, Source::Retrieved, true, Lost),
            (Lost, Source::Retrieved, false, Lost),
        ] {
            let changed = disputes.record(&id(1), dispute(status), source);
            assert_eq!(changed, changes, "{status}");
            assert_eq!(disputes.get(&id(1)).unwrap().status, then);
        }
        assert!(disputes.is_lost());
    }

    #[test]
    fn the_statuses_of_a_dispute_join_to_the_last_one() {
        let orderly = [NeedsResponse, UnderReview, Lost, AppealUnderReview, Won];
        for n in 1..=orderly.len() {
            let (before, last) = (&orderly[..n], orderly[n - 1]);
            let reversed: Vec<_> = before.iter().rev().copied().collect();
            assert_eq!(status_after(&reversed), Some(last));
        }
        let inquiry = [WarningClosed, WarningNeedsResponse];
        assert_eq!(status_after(&inquiry), Some(WarningClosed));
    }

    #[test]
    fn no_more_than_twenty_disputes_are_kept_and_no_strange_reason() {
        let mut disputes = Disputes::default();
        for n in 0..30 {
            let recorded = disputes.record(&id(n), dispute(Won), Source::Reported);
            assert_eq!(recorded, n < MAX_DISPUTES);
        }
        let strange = Dispute {
            reason: Some("<b>".to_owned()),
            ..dispute(Won)
        };
        assert!(!disputes.record(&id(0), strange, Source::Reported));
    }

    proptest! {
        #[test]
        fn reports_in_any_order_and_repeated_end_the_same(
            (reports, other) in proptest::collection::vec((0..3_usize, 0..DisputeStatus::ALL.len()), 0..12)
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let after = |reports: &[&(usize, usize)]| {
                let mut disputes = Disputes::default();
                for (n, status) in reports {
                    let status = DisputeStatus::ALL[*status];
                    disputes.record(&id(*n), dispute(status), Source::Reported);
                }
                disputes
            };
            let once: Vec<_> = reports.iter().collect();
            let shuffled: Vec<_> = other.iter().collect();
            let twice: Vec<_> = reports.iter().chain(&other).collect();
            prop_assert_eq!(after(&once), after(&shuffled));
            prop_assert_eq!(after(&once), after(&twice));
        }
    }
}
