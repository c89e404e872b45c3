//! Messages as the server receives them.

use crate::loopback::smtp::arrived::Arrived;
use crate::loopback::smtp::mime;

/// A message as the server receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The address of `MAIL FROM`.
    pub sender: String,
    /// The addresses of `RCPT TO`.
    pub readers: Vec<String>,
    /// User and password, if the client logged in.
    pub login: Option<(String, String)>,
    /// Headers, an empty line, the body.
    pub data: String,
}

impl Received {
    /// The values of a header, unfolded and decoded.
    pub fn header(&self, name: &str) -> Vec<String> {
        mime::Part::parse(&self.data).header(name)
    }

    /// Decodes the message.
    pub fn read(&self) -> Arrived {
        let message = mime::Part::parse(&self.data);
        let header = |name: &str| message.header(name).join(", ");
        Arrived {
            message_id: header("message-id"),
            to: header("to"),
            reply_to: header("reply-to"),
            subject: header("subject"),
            text: message.content("text/plain").unwrap_or_default(),
            html: message.content("text/html").unwrap_or_default(),
        }
    }
}
