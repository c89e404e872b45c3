// Already written by the owner of the crate: leave this module as it is.
//! Web addresses that sellers give: where a buyer goes, where a webhook is sent.

use std::fmt;

/// An absolute http or https URL without credentials; 2048 bytes at most. It may hold Stripe's
/// literal `{CHECKOUT_SESSION_ID}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebUrl(String);

/// Why a text is no web address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute http or https URL without credentials")]
pub struct InvalidUrl;

impl WebUrl {
    /// Reads an address; nothing is folded or encoded.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let authority = authority(text).ok_or(InvalidUrl)?;
        let visible = text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`'));
        if text.len() <= 2048 && visible && is_host_and_port(authority) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUrl)
        }
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        scheme(&self.0).is_some_and(|(secure, _)| secure)
    }
}

/// Whether the scheme is https, and what stands behind `//`.
fn scheme(text: &str) -> Option<(bool, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme.eq_ignore_ascii_case("https") {
        Some((true, rest))
    } else if scheme.eq_ignore_ascii_case("http") {
        Some((false, rest))
    } else {
        None
    }
}

fn authority(text: &str) -> Option<&str> {
    let (_, rest) = scheme(text)?;
    rest.split(['/', '?', '#']).next()
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((host, port)) if host.parse::<std::net::Ipv6Addr>().is_ok() => {
                return port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            }
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host_fits = (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    host_fits && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0) && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_taken() {
        for good in [
            "https://yourapp.com/thanks",
            "http://localhost:3000",
            "HTTPS://a.test/x?s={CHECKOUT_SESSION_ID}#top",
            "http://127.0.0.1:80/",
            "http://[::1]:8080/x",
        ] {
            assert_eq!(WebUrl::parse(good).unwrap().as_str(), good);
        }
        let long = format!("https://a.test/{}", "x".repeat(2048));
        for bad in [
            "", "yourapp.com", "/thanks", "javascript:alert(1)", "ftp://a.test", "https://",
            "https:///x", "https://user@a.test/", "https://user:pw@a.test/", "https://a b.test/",
            "https://a.test/\n", "https://a.test:0/", "https://a.test:99999/", "https://a.test:/",
            "https://[::g]/", "https://a.test/\"x", "http://ä.test/", "data:text/html,x", &long,
        ] {
            assert_eq!(WebUrl::parse(bad), Err(InvalidUrl), "{bad:?}");
        }
    }
}
