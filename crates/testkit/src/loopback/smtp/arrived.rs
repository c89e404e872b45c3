//! Decoded messages.

/// A message as its recipient reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The `Message-ID` header.
    pub message_id: String,
    /// The `To` header.
    pub to: String,
    /// The `Reply-To` header.
    pub reply_to: String,
    /// The `Subject` header.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
}
