use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::secret::Secret;

/// Sends mail.
///
/// An adapter MUST hand the message over whole, in any script (`a_message_arrives_whole`), under a
/// `Message-ID` that follows from its id alone, so that one that is sent twice after a crash is
/// recognised (`a_message_sent_twice_has_one_message_id`); say of a message that will never be
/// taken that it is refused (`what_is_refused_for_good_is_told_as_refused`) and of all else that
/// it is worth trying again (`what_may_yet_be_taken_is_worth_trying_again`); and repeat nothing of
/// a message in an error (`an_error_repeats_nothing_of_the_message`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Mail: Send + Sync {
    /// Hands a message to the mail server; `Ok` once the server has taken it over.
    fn send(&self, message: &Message) -> Result<(), MailError>;
}

/// A message to one reader. Where it comes from is the adapter's to know.
#[derive(Debug, Clone)]
pub struct Message {
    /// What its `Message-ID` follows from.
    pub id: MailId,
    /// To whom.
    pub to: Email,
    /// Who reads the answer.
    pub reply_to: Email,
    /// One line.
    pub subject: String,
    /// The message as plain text: it carries a key.
    pub text: Secret,
    /// The same as HTML.
    pub html: Secret,
}

/// Why a message was not sent. The texts are short, and say nothing of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server will take this message for this reader at no time.
    #[error("the mail server refused it: {0}")]
    Refused(String),
    /// The server is not there, is busy, or does not let this sender in: worth trying again.
    #[error("the mail server did not take it: {0}")]
    Unavailable(String),
}
