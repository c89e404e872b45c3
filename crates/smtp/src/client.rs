//! The [`Mail`] port: one SMTP session for each message.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::ports::{Mail, MailError, Message};

use crate::error::{refusal_of_recipient, unavailable};
use crate::message::{Sender, UnusableSender};
use crate::server::{Encryption, SmtpServer};

/// The time limit of each answer. A session has at most twelve answers, which together take less
/// than the five minutes of a mail's lease.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Sends mail over SMTP.
#[derive(Debug)]
pub struct SmtpMail {
    server: SmtpServer,
    sender: Sender,
    timeout: Duration,
}

impl SmtpMail {
    /// An adapter that sends through a server, from a mailbox. Connects only to send.
    pub fn new(server: SmtpServer, from: &Mailbox) -> Result<Self, UnusableSender> {
        Ok(Self {
            server,
            sender: Sender::new(from)?,
            timeout: ANSWER_TIMEOUT,
        })
    }

    /// The same adapter with another time limit for each answer.
    #[must_use]
    pub fn patience(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Connects and logs in as for a message, and sends none.
    pub fn log_in(&self) -> Result<(), MailError> {
        let mut connection = self.connect()?;
        // The server has answered; how it takes the end of the session does not matter.
        let _ = connection.quit();
        Ok(())
    }

    /// The name of this client in EHLO: the sender's domain.
    fn client_id(&self) -> ClientId {
        ClientId::Domain(self.sender.address.domain().to_owned())
    }

    /// The certificates that are accepted: those of public authorities, and of the operator's own.
    fn tls(&self) -> Result<TlsParameters, Error> {
        let mut tls = TlsParameters::builder(self.server.host.clone());
        for certificate in &self.server.authorities {
            tls = tls.add_root_certificate(certificate.clone());
        }
        tls.build()
    }

    /// Connects, encrypts the connection as configured, and logs in.
    fn connect(&self) -> Result<SmtpConnection, MailError> {
        let (server, client_id) = (&self.server, self.client_id());
        let tls = match server.encryption {
            Encryption::Plain => None,
            Encryption::Tls | Encryption::StartTls => {
                Some(self.tls().map_err(|error| unavailable(&error))?)
            }
        };
        let implicit_tls = tls
            .as_ref()
            .filter(|_| server.encryption == Encryption::Tls);
        let address = (server.host.as_str(), server.port);
        let timeout = Some(self.timeout);
        let mut connection =
            SmtpConnection::connect(address, timeout, &client_id, implicit_tls, None)
                .map_err(|error| unavailable(&error))?;
        if let (Encryption::StartTls, Some(tls)) = (server.encryption, &tls) {
            if !connection.can_starttls() {
                return Err(MailError::Unavailable("it offers no STARTTLS".to_owned()));
            }
            connection
                .starttls(tls, &client_id)
                .map_err(|e| unavailable(&e))?;
        }
        if let Some(login) = &server.login {
            let (user, password) = (login.user.expose(), login.password.expose());
            let credentials = Credentials::new(user.to_owned(), password.to_owned());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|error| unavailable(&error))?;
        }
        Ok(connection)
    }

    /// The parameters that the addresses and the bytes of a message need; `None` if the server does
    /// not support one of them.
    fn parameters(
        &self,
        connection: &SmtpConnection,
        to: &Address,
        bytes: &[u8],
    ) -> Option<Vec<MailParameter>> {
        let supports = |extension| connection.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        let addresses: [&str; 2] = [self.sender.address.as_ref(), to.as_ref()];
        if !addresses.iter().all(|address| address.is_ascii()) {
            if !supports(Extension::SmtpUtfEight) {
                return None;
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            if !supports(Extension::EightBitMime) {
                return None;
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Some(parameters)
    }
}

/// Sends the message.
fn transmit(connection: &mut SmtpConnection, bytes: &[u8]) -> Result<(), Error> {
    connection.command(Data)?;
    connection.message(bytes)?;
    Ok(())
}

impl Mail for SmtpMail {
    fn send(&self, message: &Message) -> Result<(), MailError> {
        let refused = |why: &str| MailError::Refused(why.to_owned());
        let (to, bytes) = self.sender.write(message).ok_or_else(|| {
            refused("the address of the recipient cannot be written in a message")
        })?;
        let mut connection = self.connect()?;
        let parameters = self.parameters(&connection, &to, &bytes).ok_or_else(|| {
            let why = "it takes no address beyond ASCII";
            MailError::Unavailable(why.to_owned())
        })?;
        let from = Some(self.sender.address.clone());
        connection
            .command(MailFrom::new(from, parameters))
            .map_err(|error| unavailable(&error))?;
        connection
            .command(Rcpt::new(to, Vec::new()))
            .map_err(|error| refusal_of_recipient(&error))?;
        transmit(&mut connection, &bytes).map_err(|error| unavailable(&error))?;
        // The server has accepted the message, so a failure of QUIT does not matter.
        let _ = connection.quit();
        Ok(())
    }
}
