//! A stand-in for a mail server.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::ports::{Mail, MailError, Message};

use crate::loopback::smtp::{Arrived, Manner};

/// A [`Mail`] for tests that need no server: keeps the messages it gets, or fails as the test says.
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
    /// Creates an outbox that accepts every message.
    pub fn new() -> Self {
        Self {
            inner: Mutex::new((Manner::Taking, Vec::new())),
        }
    }

    /// Changes how the server behaves from now on.
    pub fn be(&self, manner: Manner) {
        self.inner().0 = manner;
    }

    /// The messages that the server accepted, oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.inner().1.clone()
    }

    fn inner(&self) -> MutexGuard<'_, (Manner, Vec<Arrived>)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mail for OutboxMail {
    fn send(&self, message: &Message) -> Result<(), MailError> {
        let mut inner = self.inner();
        let (manner, arrived) = &mut *inner;
        let unavailable = |why: &str| Err(MailError::Unavailable(why.to_owned()));
        match manner {
            Manner::Taking | Manner::AsciiOnly => {
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
            Manner::RefusingReaders => Err(MailError::Refused("550 5.1.1".to_owned())),
            Manner::RefusingRelay | Manner::RefusingSenders => unavailable("550 5.7.1"),
            Manner::RefusingContent => unavailable("554"),
            Manner::Busy => unavailable("451"),
            Manner::Closed => unavailable("421"),
            Manner::HangingUp => unavailable("it could not be reached"),
        }
    }
}
