//! What a mail about a restricted key that needs attention says.

use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// The values of a mail that tells a seller that a restricted key needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyNotice {
    /// The id from which the `Message-ID` is derived.
    pub id: MailId,
    /// The seller's address.
    pub to: Email,
    /// The tenant whose key it is.
    pub tenant: TenantId,
    /// The mode of the key.
    pub mode: Mode,
    /// What people recognize the key by.
    pub hint: String,
    /// The rows of the permissions that the key has lost; empty if Stripe does not accept the key at all.
    pub missing: Vec<&'static str>,
    /// Since when the key needs attention.
    pub since: Timestamp,
}
