//! A message as its reader gets it.

/// A message as its reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its `Message-ID`.
    pub message_id: String,
    /// To whom.
    pub to: String,
    /// Who reads the answer.
    pub reply_to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}
