//! The mail that tells a seller that a restricted key needs attention.

use crate::base::mode::Mode;
use crate::model::outbox::mail::{KeyNotice, QueuedMail};
use crate::ports::RestrictedKeys;
use crate::usecase::failure::Failure;

/// What the mail about a key says; `None` if the key does not need attention any more.
pub(super) fn compose_key_notice(
    store: &(impl RestrictedKeys + ?Sized),
    mail: &QueuedMail,
    mode: Mode,
) -> Result<Option<KeyNotice>, Failure> {
    let row = store.restricted_key(&mail.tenant, mode)?;
    let connected = row.and_then(|row| row.connected);
    Ok(connected.and_then(|connected| {
        Some(KeyNotice {
            id: mail.id.clone(),
            to: mail.to.clone(),
            tenant: mail.tenant.clone(),
            mode,
            hint: connected.hint,
            missing: connected
                .health
                .missing
                .iter()
                .map(|permission| permission.row_name())
                .collect(),
            since: connected.health.since?,
        })
    }))
}
