//! Web addresses: where buyers return to, and where webhooks go.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An `http` or `https` URL of at most 2 048 bytes with a host, without a user or password. Scheme
/// and host are kept in lower case, the rest as it came (so it may hold `{CHECKOUT_SESSION_ID}`).
///
/// The host is one that every reader of URLs understands alike: a name in ASCII, an IPv4 address in
/// four decimal parts, or an IPv6 address in brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebUrl {
    text: String,
    host: String,
    https: bool,
}

/// Why a text is no web address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidWebUrl {
    /// More than 2 048 bytes.
    #[error("a URL has at most 2048 bytes")]
    TooLong,
    /// White space, a control character or a backslash, which readers of URLs take differently.
    #[error("a URL holds no white space, control characters or backslashes")]
    Character,
    /// Neither `http://` nor `https://`.
    #[error("a URL begins with https:// or http://")]
    Scheme,
    /// A name or password before the host.
    #[error("a URL holds no user name or password")]
    UserInfo,
    /// No host, or none that is understood.
    #[error("a URL names a host, such as https://example.com/")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("a URL's port is a number from 1 to 65535")]
    Port,
}

impl WebUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, InvalidWebUrl> {
        if text.len() > 2_048 {
            return Err(InvalidWebUrl::TooLong);
        }
        if text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(InvalidWebUrl::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidWebUrl::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        let https = match scheme.as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(InvalidWebUrl::Scheme),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(InvalidWebUrl::Host)?;
        let authority = authority.to_ascii_lowercase();
        let host = parse_authority(&authority)?.to_owned();
        let text = format!("{scheme}://{authority}{path}");
        Ok(Self { text, host, https })
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host without its port, in lower case; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is `https`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine: `localhost` or a name under it, 127.0.0.0/8, or `::1`. A
    /// name that resolves there is for the one who connects to notice.
    pub fn is_loopback_host(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }
}

/// The host in `host`, `host:port` or `[v6]:port`.
fn parse_authority(authority: &str) -> Result<&str, InvalidWebUrl> {
    if authority.contains('@') {
        return Err(InvalidWebUrl::UserInfo);
    }
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']').ok_or(InvalidWebUrl::Host)?;
        host.parse::<Ipv6Addr>().map_err(|_| InvalidWebUrl::Host)?;
        let port = after.strip_prefix(':');
        if port.is_none() && !after.is_empty() {
            return Err(InvalidWebUrl::Host);
        }
        (host, port)
    } else {
        let (host, port) = authority
            .split_once(':')
            .map_or((authority, None), |(host, port)| (host, Some(port)));
        if !is_host(host) {
            return Err(InvalidWebUrl::Host);
        }
        (host, port)
    };
    match port {
        Some(port) if !is_port(port) => Err(InvalidWebUrl::Port),
        _ => Ok(host),
    }
}

/// A name, or an IPv4 address: what ends in a number (even `0x7f`) is an address to some readers, so
/// it must be one to all.
fn is_host(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let decimal = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let hex = last
        .strip_prefix("0x")
        .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if decimal || hex {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebUrl({})", self.text)
    }
}

impl TryFrom<String> for WebUrl {
    type Error = InvalidWebUrl;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<WebUrl> for String {
    fn from(url: WebUrl) -> Self {
        url.text
    }
}

#[cfg(test)]
mod tests;
