//! What goes with every revocation of a license.

use crate::commit::changes::Changes;
use crate::commit::counter::{Count, Counter};
use crate::model::licenses::license::License;
use crate::model::licenses::standing::RevocationReason;
use crate::model::outbox::event::EventName;

/// Counts a license that is minted or given back (1), or revoked (-1).
pub(super) fn count(changes: &mut Changes, license: &License, add: i64, cap: Option<u32>) {
    changes.counters.push(Count {
        counter: Counter::of_licenses(license),
        add,
        cap: cap.map(i64::from),
    });
}

/// The audit action and the event of a revocation.
pub(super) fn names(reason: RevocationReason) -> (&'static str, EventName) {
    match reason {
        RevocationReason::Admin | RevocationReason::Dispute => {
            ("license.revoked", EventName::LicenseRevoked)
        }
        RevocationReason::Refund => ("license.refunded", EventName::LicenseRefunded),
    }
}
