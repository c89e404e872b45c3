//! A message in the form in which it travels.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox as Wire, MultiPart};
use lettre::{Address, Message as Formed};
use mintage_domain::base::email::Email;
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::ports::Message;

/// The sender's address cannot stand in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sender's address cannot be written in a message")]
pub struct UnusableSender;

/// Where messages come from.
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

    /// Writes a message; `None` if an address of it cannot be written.
    pub(crate) fn write(&self, message: &Message) -> Option<(Address, Vec<u8>)> {
        let to = address(&message.to)?;
        let formed = Formed::builder()
            .from(Wire::new(self.name.clone(), self.address.clone()))
            .reply_to(Wire::new(None, address(&message.reply_to)?))
            .to(Wire::new(None, to.clone()))
            .subject(message.subject.clone())
            .message_id(Some(format!("<{}@{}>", message.id, self.address.domain())))
            .raw_header(automatic())
            .multipart(MultiPart::alternative_plain_html(
                message.text.expose().to_owned(),
                message.html.expose().to_owned(),
            ))
            .ok()?;
        Some((to, formed.formatted()))
    }
}

/// That no person wrote it (RFC 3834): nobody who is away answers it.
fn automatic() -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    )
}

fn address(email: &Email) -> Option<Address> {
    let (user, domain) = email.as_str().rsplit_once('@')?;
    Address::new(user, domain).ok()
}
