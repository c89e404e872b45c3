//! The mail server's address, encryption and login, as configured by a URL.

use std::fmt;
use std::net::IpAddr;

use lettre::transport::smtp::client::Certificate;
use mintage_domain::base::secret::Secret;
use percent_encoding::percent_decode_str;

/// A mail server. `Display` and `Debug` omit the login.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) login: Option<Login>,
    /// Authorities whose certificates are accepted beside the public ones.
    pub(crate) authorities: Vec<Certificate>,
}

/// How the connection to the server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS is required.
    StartTls,
    /// The connection is not encrypted.
    Plain,
}

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) user: Secret,
    pub(crate) password: Secret,
}

/// Why a text is not the URL of a mail server. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// The scheme is neither `smtps` nor `smtp`.
    #[error("must begin with smtps:// or smtp://")]
    Scheme,
    /// The host is missing or malformed.
    #[error("must name the server's host, as in smtps://mail.example.com")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("has a port that is no number from 1 to 65535")]
    Port,
    /// The login is not `user:password`.
    #[error(
        "must have its login as user:password@, with signs such as @ and : written as %40 and %3A"
    )]
    Login,
    /// The text after the host is not supported.
    #[error("may end with ?tls=required, for smtp:// alone, and with nothing else")]
    Ending,
}

/// A text is no list of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must hold certificates in PEM form")]
pub struct InvalidCertificates;

impl SmtpServer {
    /// Reads `smtps://user:password@host:465`, `smtp://user:password@host:587?tls=required` or
    /// `smtp://host:25`. The login and the port are optional.
    pub fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let (scheme, rest) = text
            .trim()
            .split_once("://")
            .ok_or(InvalidSmtpUrl::Scheme)?;
        let (authority, ending) = rest
            .split_once('?')
            .map_or((rest, None), |(a, b)| (a, Some(b)));
        let encryption = match (scheme.to_ascii_lowercase().as_str(), ending) {
            ("smtps", None) => Encryption::Tls,
            ("smtp", Some("tls=required")) => Encryption::StartTls,
            ("smtp", None) => Encryption::Plain,
            ("smtp" | "smtps", Some(_)) => return Err(InvalidSmtpUrl::Ending),
            _ => return Err(InvalidSmtpUrl::Scheme),
        };
        let (login, address) = match authority.rsplit_once('@') {
            Some((login, address)) => (Some(Login::parse(login)?), address),
            None => (None, authority),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = host_and_port(address)?;
        Ok(Self {
            host,
            port: port.unwrap_or(match encryption {
                Encryption::Tls => 465,
                Encryption::StartTls => 587,
                Encryption::Plain => 25,
            }),
            encryption,
            login,
            authorities: Vec::new(),
        })
    }

    /// The same server, whose certificate may also be signed by one of these authorities: a text of PEM
    /// blocks.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, InvalidCertificates> {
        let text = std::str::from_utf8(pem).map_err(|_| InvalidCertificates)?;
        let end = "-----END CERTIFICATE-----";
        let blocks = text.split_inclusive(end);
        for block in blocks.filter(|block| block.ends_with(end)) {
            let certificate = Certificate::from_pem(block.as_bytes());
            self.authorities
                .push(certificate.map_err(|_| InvalidCertificates)?);
        }
        if self.authorities.is_empty() {
            return Err(InvalidCertificates);
        }
        Ok(self)
    }

    /// How the connection to the server is encrypted.
    pub fn encryption(&self) -> Encryption {
        self.encryption
    }
}

impl Login {
    fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let (user, password) = text.split_once(':').ok_or(InvalidSmtpUrl::Login)?;
        let read = |part: &str| {
            let is_valid = |text: &String| !text.is_empty() && !text.contains(char::is_control);
            percent_decoded(part)
                .filter(is_valid)
                .map(Secret::new)
                .ok_or(InvalidSmtpUrl::Login)
        };
        Ok(Self {
            user: read(user)?,
            password: read(password)?,
        })
    }
}

/// Splits a host from its port, if any. An IPv6 address is in brackets.
fn host_and_port(address: &str) -> Result<(String, Option<u16>), InvalidSmtpUrl> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(InvalidSmtpUrl::Host)?;
            let address: IpAddr = host.parse().map_err(|_| InvalidSmtpUrl::Host)?;
            let port = match after {
                "" => None,
                after => Some(after.strip_prefix(':').ok_or(InvalidSmtpUrl::Port)?),
            };
            (address.to_string(), port)
        }
        None => match address.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (address.to_owned(), None),
        },
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    if host.is_empty() || !host.chars().all(is_allowed) {
        return Err(InvalidSmtpUrl::Host);
    }
    let port = port.map(|port| match port.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(InvalidSmtpUrl::Port),
    });
    Ok((host, port.transpose()?))
}

/// Decodes a percent-encoded text; `None` if a `%` is not followed by two hex digits, or if the
/// result is not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let is_escape = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encryption = match self.encryption {
            Encryption::Tls => "TLS",
            Encryption::StartTls => "STARTTLS",
            Encryption::Plain => "not encrypted",
        };
        write!(f, "{}:{} ({encryption})", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_with_its_port_protection_and_login() {
        for (text, shown, login) in [
            ("smtps://mail.test", "mail.test:465 (TLS)", None),
            (
                "SMTPS://u:p@mail.test:2465/",
                "mail.test:2465 (TLS)",
                Some(("u", "p")),
            ),
            (
                "smtp://mail.test?tls=required",
                "mail.test:587 (STARTTLS)",
                None,
            ),
            (
                "smtp://me%40acme.test:a%3Ab%25@mail.test:25?tls=required",
                "mail.test:25 (STARTTLS)",
                Some(("me@acme.test", "a:b%")),
            ),
            (
                "smtp://127.0.0.1:1025",
                "127.0.0.1:1025 (not encrypted)",
                None,
            ),
            ("smtp://[::1]:25", "::1:25 (not encrypted)", None),
            (
                "smtp://u:p:q@relay",
                "relay:25 (not encrypted)",
                Some(("u", "p:q")),
            ),
        ] {
            let server = SmtpServer::parse(text).expect(text);
            assert_eq!(server.to_string(), shown, "{text}");
            let read = server.login.as_ref();
            let read = read.map(|login| (login.user.expose(), login.password.expose()));
            assert_eq!(read, login, "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("", InvalidSmtpUrl::Scheme),
            ("mail.test:25", InvalidSmtpUrl::Scheme),
            ("http://mail.test", InvalidSmtpUrl::Scheme),
            ("smtp://", InvalidSmtpUrl::Host),
            ("smtp://u:p@", InvalidSmtpUrl::Host),
            ("smtp://mail test", InvalidSmtpUrl::Host),
            ("smtp://mail.test/inbox", InvalidSmtpUrl::Host),
            ("smtp://[::1", InvalidSmtpUrl::Host),
            ("smtp://[mail]:25", InvalidSmtpUrl::Host),
            ("smtp://mail.test:", InvalidSmtpUrl::Port),
            ("smtp://mail.test:0", InvalidSmtpUrl::Port),
            ("smtp://mail.test:70000", InvalidSmtpUrl::Port),
            ("smtp://[::1]25", InvalidSmtpUrl::Port),
            ("smtp://user@mail.test", InvalidSmtpUrl::Login),
            ("smtp://:p@mail.test", InvalidSmtpUrl::Login),
            ("smtp://u:@mail.test", InvalidSmtpUrl::Login),
            ("smtp://u:%zz@mail.test", InvalidSmtpUrl::Login),
            ("smtp://u:%0a@mail.test", InvalidSmtpUrl::Login),
            ("smtp://u:%4@mail.test", InvalidSmtpUrl::Login),
            ("smtp://mail.test?tls=opportunistic", InvalidSmtpUrl::Ending),
            ("smtps://mail.test?tls=required", InvalidSmtpUrl::Ending),
            ("smtp://mail.test?", InvalidSmtpUrl::Ending),
        ] {
            assert_eq!(SmtpServer::parse(text).err(), Some(wrong), "{text}");
        }
    }

    #[test]
    fn a_login_is_never_shown() {
        let server = SmtpServer::parse("smtps://sesame:opensesame@mail.test").expect("a server");
        let shown = format!("{server} {server:?}");
        assert!(!shown.contains("sesame"), "{shown}");
    }
}
