//! The sender of mail under test, with the server behind it.

use mintage_domain::ports::Mail;

use crate::loopback::smtp::{Arrived, Manner};
use crate::stand_ins::OutboxMail;

/// A sender of mail, and the server behind it.
pub trait MailHarness {
    /// The sender.
    fn mail(&self) -> &dyn Mail;
    /// Changes how the server behaves from now on.
    fn be(&self, manner: Manner);
    /// The messages that the server accepted, oldest first.
    fn arrived(&self) -> Vec<Arrived>;
}

impl MailHarness for OutboxMail {
    fn mail(&self) -> &dyn Mail {
        self
    }

    fn be(&self, manner: Manner) {
        OutboxMail::be(self, manner);
    }

    fn arrived(&self) -> Vec<Arrived> {
        OutboxMail::arrived(self)
    }
}
