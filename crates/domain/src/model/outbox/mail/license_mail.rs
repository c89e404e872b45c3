//! What a mail with license keys says. How it is worded and laid out is not the domain's concern.

use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;

/// The values of a mail that delivers a license key.
#[derive(Debug, Clone)]
pub struct LicenseMail {
    /// The id from which the `Message-ID` is derived.
    pub id: MailId,
    /// The buyer's address.
    pub to: Email,
    /// The seller's address, where replies go.
    pub reply_to: Email,
    /// The product's name.
    pub product: String,
    /// The key type's name.
    pub plan: String,
    /// The license key in plain text.
    pub key: Secret,
    /// The license's mode; a sandbox license is for testing.
    pub mode: Mode,
    /// When the license expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The number of activations the license allows.
    pub activation_limit: u32,
    /// The other licenses of the same purchase.
    pub more: Vec<MailedLicense>,
}

/// What a mail says about one license.
#[derive(Debug, Clone)]
pub struct MailedLicense {
    /// The product's name.
    pub product: String,
    /// The key type's name.
    pub plan: String,
    /// The license key in plain text.
    pub key: Secret,
    /// When the license expires; `None` for never, or while its term has not started.
    pub expires_at: Option<Timestamp>,
    /// The number of activations the license allows.
    pub activation_limit: u32,
}
