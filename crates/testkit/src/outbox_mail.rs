//! A stand-in for a mail server.

use std::sync::{Mutex, PoisonError};

use mintage_domain::ports::{Mail, MailError, Message};

use crate::mail_contract::{Arrived, Manner, Post};

/// Keeps what is sent, or fails as it is told to: a [`Mail`] for tests that need no server.
#[derive(Debug)]
pub struct OutboxMail {
    inner: Mutex<(Manner, Vec<Arrived>)>,
}

impl Default for OutboxMail {
    fn default() -> Self {
        Self::new()
    }
}

impl OutboxMail {
    /// An outbox that takes everything.
    pub fn new() -> Self {
        Self {
            inner: Mutex::new((Manner::Taking, Vec::new())),
        }
    }
}

impl Mail for OutboxMail {
    fn send(&self, message: &Message) -> Result<(), MailError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (manner, arrived) = &mut *inner;
        let refused = |code: &str| Err(MailError::Refused(code.to_owned()));
        let unavailable = |why: &str| Err(MailError::Unavailable(why.to_owned()));
        match manner {
            Manner::Taking => {
                arrived.push(Arrived {
                    message_id: format!("<{}@outbox.test>", message.id),
                    to: message.to.to_string(),
                    reply_to: message.reply_to.to_string(),
                    subject: message.subject.clone(),
                    text: message.text.expose().to_owned(),
                    html: message.html.expose().to_owned(),
                });
                Ok(())
            }
            Manner::RefusingReaders => refused("550"),
            Manner::RefusingContent => refused("554"),
            Manner::RefusingSenders => unavailable("550"),
            Manner::Busy => unavailable("451"),
            Manner::Closed => unavailable("421"),
            Manner::HangingUp => unavailable("it could not be reached"),
        }
    }
}

impl Post for OutboxMail {
    fn mail(&self) -> &dyn Mail {
        self
    }

    fn be(&self, manner: Manner) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 = manner;
    }

    fn arrived(&self) -> Vec<Arrived> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::OutboxMail;

    crate::mail_contract!(Box::new(OutboxMail::new()));
}
