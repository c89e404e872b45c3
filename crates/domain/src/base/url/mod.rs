//! Web URLs: the pages that buyers return to, and the targets of webhooks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::text_newtype::string_conversions;

/// An `http` or `https` URL of at most 2 048 bytes, with a host and without user or password.
/// Scheme and host are brought to lower case; the rest is unchanged, so that it may hold
/// `{CHECKOUT_SESSION_ID}`.
///
/// The host is limited to forms that all URL parsers read in the same way: a name in ASCII, an IPv4
/// address in four decimal parts, or an IPv6 address in brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebUrl {
    text: String,
    host: String,
    https: bool,
}

/// Why a text is not a web URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidWebUrl {
    /// The URL has more than 2 048 bytes.
    #[error("a URL has at most 2048 bytes")]
    TooLong,
    /// The URL holds white space, a control character or a backslash, which parsers treat
    /// differently.
    #[error("a URL holds no white space, control characters or backslashes")]
    Character,
    /// The scheme is neither `http` nor `https`.
    #[error("a URL begins with https:// or http://")]
    Scheme,
    /// A user name or password precedes the host.
    #[error("a URL holds no user name or password")]
    UserInfo,
    /// The host is missing or malformed.
    #[error("a URL names a host, such as https://example.com/")]
    Host,
    /// The port is not a number from 1 to 65535.
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

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host in lower case, without the port; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the scheme is `https`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host denotes this machine: `localhost` or a name under it, 127.0.0.0/8, or `::1`.
    /// Other names may also resolve to a loopback address; only the HTTP client can detect that.
    pub fn is_loopback_host(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }
}

/// Extracts the host from `host`, `host:port` or `[v6]:port`.
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

/// A name, or an IPv4 address. Some parsers read every host that ends in a number (even `0x7f`) as
/// an address, so such a host must be a valid IPv4 address.
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

string_conversions! { WebUrl, InvalidWebUrl; }

#[cfg(test)]
mod tests;
