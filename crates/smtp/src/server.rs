//! Which mail server, and how to speak to it.

use std::fmt;
use std::net::IpAddr;

use mintage_domain::base::secret::Secret;

/// A mail server to hand messages to. Neither `Display` nor `Debug` shows its login.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) login: Option<Login>,
}

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or no conversation.
    StartTls,
    /// Not at all.
    Plain,
}

#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) user: Secret,
    pub(crate) password: Secret,
}

/// Why a text is no address of a mail server. It repeats nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// Another scheme, or none.
    #[error("must begin with smtps:// or smtp://")]
    Scheme,
    /// No host, or none that can be one.
    #[error("must name the server's host, as in smtps://mail.example.com")]
    Host,
    /// The port is no port.
    #[error("has a port that is no number from 1 to 65535")]
    Port,
    /// The login is not `user:password`.
    #[error(
        "must have its login as user:password@, with signs such as @ and : written as %40 and %3A"
    )]
    Login,
    /// Something behind the host.
    #[error("may end with ?tls=required, for smtp:// alone, and with nothing else")]
    Ending,
}

impl SmtpServer {
    /// Reads `smtps://user:password@host:465`, `smtp://user:password@host:587?tls=required` or
    /// `smtp://host:25`; the login and the port may be missing.
    pub fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let (scheme, rest) = text
            .trim()
            .split_once("://")
            .ok_or(InvalidSmtpUrl::Scheme)?;
        let (place, ending) = rest
            .split_once('?')
            .map_or((rest, None), |(a, b)| (a, Some(b)));
        let encryption = match (scheme.to_ascii_lowercase().as_str(), ending) {
            ("smtps", None) => Encryption::Tls,
            ("smtp", Some("tls=required")) => Encryption::StartTls,
            ("smtp", None) => Encryption::Plain,
            ("smtp" | "smtps", Some(_)) => return Err(InvalidSmtpUrl::Ending),
            _ => return Err(InvalidSmtpUrl::Scheme),
        };
        let (login, place) = match place.rsplit_once('@') {
            Some((login, place)) => (Some(Login::parse(login)?), place),
            None => (None, place),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        let (host, port) = host_and_port(place)?;
        Ok(Self {
            host,
            port: port.unwrap_or(match encryption {
                Encryption::Tls => 465,
                Encryption::StartTls => 587,
                Encryption::Plain => 25,
            }),
            encryption,
            login,
        })
    }

    /// Whether passwords and keys travel unreadable.
    pub fn encryption(&self) -> Encryption {
        self.encryption
    }
}

impl Login {
    fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let (user, password) = text.split_once(':').ok_or(InvalidSmtpUrl::Login)?;
        let read = |part: &str| {
            let is_bad = |text: &String| text.is_empty() || text.contains(char::is_control);
            unescaped(part)
                .filter(|text| !is_bad(text))
                .map(Secret::new)
                .ok_or(InvalidSmtpUrl::Login)
        };
        Ok(Self {
            user: read(user)?,
            password: read(password)?,
        })
    }
}

/// A host with its port, if it has one; an IPv6 address stands in brackets.
fn host_and_port(place: &str) -> Result<(String, Option<u16>), InvalidSmtpUrl> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, behind) = rest.split_once(']').ok_or(InvalidSmtpUrl::Host)?;
            let address: IpAddr = host.parse().map_err(|_| InvalidSmtpUrl::Host)?;
            let port = match behind {
                "" => None,
                behind => Some(behind.strip_prefix(':').ok_or(InvalidSmtpUrl::Port)?),
            };
            (address.to_string(), port)
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (place.to_owned(), None),
        },
    };
    let may_be = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    if host.is_empty() || !host.chars().all(may_be) {
        return Err(InvalidSmtpUrl::Host);
    }
    let port = port.map(|port| match port.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(InvalidSmtpUrl::Port),
    });
    Ok((host, port.transpose()?))
}

/// The text that `%40` and its like stand for; `None` if one of them stands for nothing.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
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
            let read = read.map(|it| (it.user.expose(), it.password.expose()));
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
