//! One conversation with the mail server for each message.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::ports::{Mail, MailError, Message};

use crate::fault::{in_the_way, judged};
use crate::letter::{Sender, UnusableSender};
use crate::server::{Encryption, SmtpServer};

/// How long each answer may take. A conversation has twelve of them at most, and a mailing's lease
/// of five minutes holds longer than that.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends mail over SMTP.
#[derive(Debug)]
pub struct SmtpMail {
    server: SmtpServer,
    sender: Sender,
    patience: Duration,
}

impl SmtpMail {
    /// Sends by this server, from this mailbox. Nothing is connected yet.
    pub fn new(server: SmtpServer, from: &Mailbox) -> Result<Self, UnusableSender> {
        Ok(Self {
            server,
            sender: Sender::new(from)?,
            patience: PATIENCE,
        })
    }

    /// The same with another patience for each answer.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How this side names itself: by the sender's domain.
    fn name(&self) -> ClientId {
        let domain = self.sender.address.domain();
        if domain.is_ascii() {
            ClientId::Domain(domain.to_owned())
        } else {
            ClientId::default()
        }
    }

    /// A connection that is encrypted as it shall be, and logged in.
    fn connect(&self) -> Result<SmtpConnection, MailError> {
        let (server, name) = (&self.server, self.name());
        let tls = match server.encryption {
            Encryption::Plain => None,
            Encryption::Tls | Encryption::StartTls => {
                Some(TlsParameters::new(server.host.clone()).map_err(|e| in_the_way(&e))?)
            }
        };
        let from_the_start = tls
            .as_ref()
            .filter(|_| server.encryption == Encryption::Tls);
        let place = (server.host.as_str(), server.port);
        let mut line =
            SmtpConnection::connect(place, Some(self.patience), &name, from_the_start, None)
                .map_err(|error| in_the_way(&error))?;
        if let (Encryption::StartTls, Some(tls)) = (server.encryption, &tls) {
            if !line.can_starttls() {
                return Err(MailError::Unavailable("it offers no STARTTLS".to_owned()));
            }
            line.starttls(tls, &name).map_err(|e| in_the_way(&e))?;
        }
        if let Some(login) = &server.login {
            let (user, password) = (login.user.expose(), login.password.expose());
            let credentials = Credentials::new(user.to_owned(), password.to_owned());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|error| in_the_way(&error))?;
        }
        Ok(line)
    }

    /// What must be agreed on for this reader and these bytes; `None` if the server cannot.
    fn parameters(
        &self,
        line: &SmtpConnection,
        to: &Address,
        bytes: &[u8],
    ) -> Option<Vec<MailParameter>> {
        let knows = |extension| line.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        let addresses: [&str; 2] = [self.sender.address.as_ref(), to.as_ref()];
        if !addresses.iter().all(|address| address.is_ascii()) {
            if !knows(Extension::SmtpUtfEight) {
                return None;
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            if !knows(Extension::EightBitMime) {
                return None;
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Some(parameters)
    }
}

/// From the reader to the last byte: here the server speaks of the message.
fn hand_over(line: &mut SmtpConnection, to: Address, bytes: &[u8]) -> Result<(), Error> {
    line.command(Rcpt::new(to, Vec::new()))?;
    line.command(Data)?;
    line.message(bytes)?;
    Ok(())
}

impl Mail for SmtpMail {
    fn send(&self, message: &Message) -> Result<(), MailError> {
        let refused = |why: &str| MailError::Refused(why.to_owned());
        let (to, bytes) = self
            .sender
            .write(message)
            .ok_or_else(|| refused("its address cannot be written in a message"))?;
        let mut line = self.connect()?;
        let parameters = self
            .parameters(&line, &to, &bytes)
            .ok_or_else(|| refused("it takes no address beyond ASCII"))?;
        let from = Some(self.sender.address.clone());
        line.command(MailFrom::new(from, parameters))
            .map_err(|error| in_the_way(&error))?;
        hand_over(&mut line, to, &bytes).map_err(|error| judged(&error))?;
        // It was taken over, however the parting goes.
        let _ = line.quit();
        Ok(())
    }
}
