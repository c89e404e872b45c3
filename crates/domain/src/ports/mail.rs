//! Sending mail.

use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::secret::Secret;

/// Sends mail.
///
/// An adapter MUST
///
/// - transmit the message unchanged, in any script (`a_message_arrives_whole`),
/// - derive the `Message-ID` from the message's id alone, so that readers recognize a message that
///   is sent twice after a crash (`a_message_sent_twice_has_one_message_id`),
/// - return [`MailError::Refused`] for a message that the server will never accept
///   (`a_permanent_refusal_is_reported_as_refused`), and [`MailError::Unavailable`] for every other
///   failure (`what_may_yet_be_taken_is_worth_trying_again`), and
/// - never quote a message in an error (`an_error_repeats_nothing_of_the_message`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Mail: Send + Sync {
    /// Sends a message to the mail server; returns `Ok` once the server has accepted it.
    fn send(&self, message: &Message) -> Result<(), MailError>;
}

/// A message to one recipient. The adapter knows the sender.
#[derive(Debug, Clone)]
pub struct Message {
    /// The id from which the `Message-ID` is derived.
    pub id: MailId,
    /// The recipient.
    pub to: Email,
    /// The address for replies.
    pub reply_to: Email,
    /// The subject, one line.
    pub subject: String,
    /// The body as plain text. It is secret because it contains a license key.
    pub text: Secret,
    /// The body as HTML.
    pub html: Secret,
}

/// Why a message was not sent. The texts are short and do not quote the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The mail server will never accept this message for this recipient.
    #[error("the mail server refused it: {0}")]
    Refused(String),
    /// The mail server is unreachable or busy, or refused the sender; a retry may succeed.
    #[error("the mail server did not take it: {0}")]
    Unavailable(String),
}
