//! The address ranges of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// IPv4 ranges that are not globally reachable, from IANA's special-purpose address registry.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),       // this network
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // shared by a carrier's customers
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local: metadata services of clouds
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // protocol assignments
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 88, 99, 0], 24),  // 6to4 relays
    v4([192, 168, 0, 0], 16),  // private
    v4([198, 18, 0, 0], 15),   // benchmarking
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // class E and broadcast
];

/// The only IPv6 range that is assigned for global unicast. Outside of it are loopback, mapped and
/// translated IPv4 (64:ff9b::/96), discard, unique local, link-local, site-local and multicast
/// addresses.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// The ranges inside [`GLOBAL_V6`] that are not globally reachable.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0], 23),     // protocol assignments: Teredo, benchmarking, ORCHID
    v6([0x2001, 0xdb8], 32), // documentation
    v6([0x2002, 0], 16),     // 6to4: carries any IPv4 address
    v6([0x3fff, 0], 20),     // documentation
];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

/// The range that begins with two groups of 16 bits.
const fn v6([first, second]: [u16; 2], bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), bits)
}

/// Whether an address belongs to the public internet. A mapped IPv4 address is checked as IPv4.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|range| range.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name of the range, its first and last address, and the public neighbours before and after.
    type Row = (&'static str, [&'static str; 2], &'static [&'static str]);

    const RANGES: &[Row] = &[
        ("this network", ["0.0.0.0", "0.255.255.255"], &["1.0.0.0"]),
        (
            "private 10/8",
            ["10.0.0.0", "10.255.255.255"],
            &["9.255.255.255", "11.0.0.0"],
        ),
        (
            "carrier-grade NAT",
            ["100.64.0.0", "100.127.255.255"],
            &["100.63.255.255", "100.128.0.0"],
        ),
        (
            "loopback",
            ["127.0.0.0", "127.255.255.255"],
            &["126.255.255.255", "128.0.0.0"],
        ),
        (
            "link-local",
            ["169.254.0.0", "169.254.255.255"],
            &["169.253.255.255", "169.255.0.0"],
        ),
        (
            "private 172.16/12",
            ["172.16.0.0", "172.31.255.255"],
            &["172.15.255.255", "172.32.0.0"],
        ),
        (
            "protocol assignments",
            ["192.0.0.0", "192.0.0.255"],
            &["191.255.255.255", "192.0.1.0"],
        ),
        (
            "documentation 1",
            ["192.0.2.0", "192.0.2.255"],
            &["192.0.1.255", "192.0.3.0"],
        ),
        (
            "6to4 relays",
            ["192.88.99.0", "192.88.99.255"],
            &["192.88.98.255", "192.88.100.0"],
        ),
        (
            "private 192.168/16",
            ["192.168.0.0", "192.168.255.255"],
            &["192.167.255.255", "192.169.0.0"],
        ),
        (
            "benchmarking",
            ["198.18.0.0", "198.19.255.255"],
            &["198.17.255.255", "198.20.0.0"],
        ),
        (
            "documentation 2",
            ["198.51.100.0", "198.51.100.255"],
            &["198.51.99.255", "198.51.101.0"],
        ),
        (
            "documentation 3",
            ["203.0.113.0", "203.0.113.255"],
            &["203.0.112.255", "203.0.114.0"],
        ),
        (
            "multicast",
            ["224.0.0.0", "239.255.255.255"],
            &["223.255.255.255"],
        ),
        (
            "class E and broadcast",
            ["240.0.0.0", "255.255.255.255"],
            &[],
        ),
        ("unspecified and loopback, IPv6", ["::", "::1"], &[]),
        ("compatible IPv4", ["::2", "::ffff:ffff"], &[]),
        ("NAT64", ["64:ff9b::", "64:ff9b::ffff:ffff"], &[]),
        (
            "local NAT64",
            ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
        ("discard", ["100::", "100::ffff:ffff:ffff:ffff"], &[]),
        (
            "below global unicast",
            ["1fff::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["2000::"],
        ),
        (
            "Teredo",
            ["2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["2000:ffff::"],
        ),
        (
            "IPv6 benchmarking",
            ["2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
        (
            "IPv6 protocol assignments",
            ["2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["2001:200::"],
        ),
        (
            "IPv6 documentation",
            ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["2001:db7:ffff::", "2001:db9::"],
        ),
        (
            "6to4",
            ["2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["2001:ffff::", "2003::"],
        ),
        (
            "newer IPv6 documentation",
            ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &["3ffe:ffff::", "3fff:1000::"],
        ),
        (
            "above global unicast",
            ["4000::", "5f00::1"],
            &["3fff:ffff::"],
        ),
        (
            "unique local",
            ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
        (
            "link-local, IPv6",
            ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
        (
            "site-local",
            ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
        (
            "multicast, IPv6",
            ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            &[],
        ),
    ];

    fn judge(address: &str) -> bool {
        is_public(address.parse().expect(address))
    }

    #[test]
    fn no_special_range_is_public_and_its_global_neighbours_are() {
        for (range, [first, last], neighbours) in RANGES {
            assert!(!judge(first), "{range}: {first}");
            assert!(!judge(last), "{range}: {last}");
            for neighbour in *neighbours {
                assert!(judge(neighbour), "beside {range}: {neighbour}");
            }
        }
    }

    #[test]
    fn a_mapped_address_is_checked_as_ipv4() {
        for (range, ends, neighbours) in RANGES {
            let mapped = |address: &&str| format!("::ffff:{address}");
            for end in ends.iter().filter(|end| !end.contains(':')) {
                assert!(!judge(&mapped(end)), "{range}: {end}");
            }
            for neighbour in neighbours.iter().filter(|end| !end.contains(':')) {
                assert!(judge(&mapped(neighbour)), "beside {range}: {neighbour}");
            }
        }
    }

    #[test]
    fn well_known_public_hosts_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "54.187.174.169",
            "2606:4700:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(judge(address), "{address}");
        }
    }
}
