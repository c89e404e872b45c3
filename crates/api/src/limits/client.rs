//! The client of a call: the peer, or the address that a trusted proxy appends.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Once;

use actix_web::HttpRequest;
use ipnet::IpNet;
use mintage_runtime::rate_limit::subject_of;

/// The subject of rate limits by the address of the client.
pub(crate) fn subject(request: &HttpRequest, trusted: &[IpNet]) -> String {
    subject_of(address(request, trusted))
}

/// The address of the client.
pub(crate) fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let lines = request.headers().get_all("x-forwarded-for");
    let lines: Vec<&str> = lines.map(|it| it.to_str().unwrap_or_default()).collect();
    if !lines.is_empty() && !is_trusted(peer, trusted) {
        warn_once();
    }
    client(peer, &lines, trusted)
}

/// Warns once: behind a proxy that is not trusted, all clients share one rate.
fn warn_once() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            "X-Forwarded-For is ignored: MINTAGE_TRUSTED_PROXIES does not name the peer"
        );
    });
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|net| net.contains(&address))
}

/// The client behind trusted proxies. Each proxy appends the address of its own peer, so the list is
/// read from the end, and entries before the first untrusted address are ignored.
fn client(peer: IpAddr, lines: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(nearest, trusted) {
            break;
        }
        match parse(entry.trim()) {
            Some(address) => nearest = address.to_canonical(),
            None => break,
        }
    }
    nearest
}

/// Parses an address, with or without a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let alone = bare.parse().ok();
    alone.or_else(|| entry.parse().ok().map(|it: SocketAddr| it.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|it| it.parse().expect(it)).collect();
        client(peer.parse().expect(peer), lines, &trusted).to_string()
    }

    #[test]
    fn only_addresses_that_trusted_proxies_appended_count() {
        let inner = &["10.0.0.0/8", "fd00::/8"][..];
        for (why, peer, lines, expected) in [
            ("no proxy", "198.51.100.7", &[][..], "198.51.100.7"),
            ("spoofed", "198.51.100.7", &["203.0.113.9"], "198.51.100.7"),
            ("spoofed", "198.51.100.7", &["10.0.0.1"], "198.51.100.7"),
            ("one proxy", "10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("by IPv6", "fd00::1", &["2001:db8::9"], "2001:db8::9"),
            ("mapped", "::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            (
                "a mapped entry",
                "10.0.0.1",
                &["::ffff:203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "an entry of the client",
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "two proxies",
                "10.0.0.1",
                &["203.0.113.9, 10.0.0.2"],
                "203.0.113.9",
            ),
            (
                "an entry of a trusted client",
                "10.0.0.1",
                &["10.0.0.3, 203.0.113.9, 10.0.0.2"],
                "203.0.113.9",
            ),
            (
                "two lines",
                "10.0.0.1",
                &["1.1.1.1", "203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "all trusted",
                "10.0.0.1",
                &["10.0.0.3, 10.0.0.2"],
                "10.0.0.3",
            ),
            (
                "with a port",
                "10.0.0.1",
                &["203.0.113.9:4711"],
                "203.0.113.9",
            ),
            (
                "with a port",
                "10.0.0.1",
                &["[2001:db8::9]:4711"],
                "2001:db8::9",
            ),
            ("in brackets", "10.0.0.1", &["[2001:db8::9]"], "2001:db8::9"),
            (
                "no address",
                "10.0.0.1",
                &["203.0.113.9, unknown"],
                "10.0.0.1",
            ),
            (
                "no address",
                "10.0.0.1",
                &["203.0.113.9, bad, 10.0.0.2"],
                "10.0.0.2",
            ),
            ("empty", "10.0.0.1", &[""], "10.0.0.1"),
            ("an empty end", "10.0.0.1", &["203.0.113.9,"], "10.0.0.1"),
        ] {
            assert_eq!(found(peer, lines, inner), expected, "{why}: {lines:?}");
        }
        let spoofed = found("10.0.0.1", &["203.0.113.9"], &[]);
        assert_eq!(spoofed, "10.0.0.1", "no proxy is trusted");
    }
}
