//! What a mail about a paused webhook endpoint says.

use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;

/// The values of a mail that tells a seller that the webhook endpoint was paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedNotice {
    /// The id from which the `Message-ID` is derived.
    pub id: MailId,
    /// The seller's address.
    pub to: Email,
    /// The tenant whose endpoint was paused.
    pub tenant: TenantId,
    /// The URL of the endpoint.
    pub url: WebUrl,
    /// The path of the call that resumes the endpoint.
    pub resume_path: String,
    /// When the first attempt failed since the last success.
    pub failing_since: Timestamp,
    /// When the endpoint was paused.
    pub paused_at: Timestamp,
}
