//! Formatting messages as MIME.

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox as MimeMailbox, MultiPart};
use lettre::{Address, Message as MimeMessage};
use mintage_domain::base::email::Email;
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::ports::Message;

/// The sender's address cannot be written in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sender's address cannot be written in a message")]
pub struct UnusableSender;

/// The sender of all messages.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) address: Address,
    name: Option<String>,
}

impl Sender {
    pub(crate) fn new(from: &Mailbox) -> Result<Self, UnusableSender> {
        Ok(Self {
            address: address(&from.email).ok_or(UnusableSender)?,
            name: from.name.clone(),
        })
    }

    /// Formats a message. Returns the recipient and the bytes, or `None` if an address cannot be
    /// written in a message.
    pub(crate) fn write(&self, message: &Message) -> Option<(Address, Vec<u8>)> {
        let to = address(&message.to)?;
        let mut mime =
            MimeMessage::builder().from(MimeMailbox::new(self.name.clone(), self.address.clone()));
        // An odd address of the seller keeps no key from its buyer.
        if let Some(reply_to) = address(&message.reply_to).filter(is_ascii) {
            mime = mime.reply_to(MimeMailbox::new(None, reply_to));
        }
        // Given, since lettre would read the headers for it, where it knows no quoted local parts.
        let envelope = Envelope::new(Some(self.address.clone()), vec![to.clone()]).ok()?;
        let mime = mime
            .envelope(envelope)
            .to(MimeMailbox::new(None, to.clone()))
            .subject(message.subject.clone())
            .message_id(Some(format!("<{}@{}>", message.id, self.address.domain())))
            .raw_header(auto_submitted())
            .multipart(MultiPart::alternative_plain_html(
                message.text.expose().to_owned(),
                message.html.expose().to_owned(),
            ))
            .ok()?;
        Some((to, mime.formatted()))
    }
}

/// Marks the message as automatic (RFC 3834), so that auto-responders do not answer it.
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    )
}

/// An address with its domain in ASCII, which every server takes.
fn address(email: &Email) -> Option<Address> {
    let (user, domain) = email.as_str().rsplit_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    Address::new(user, &domain).ok()
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}
