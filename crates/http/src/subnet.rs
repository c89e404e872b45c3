//! Ranges of addresses, as an operator writes them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of IP addresses in CIDR form: `10.0.0.0/8`, `::1/128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet {
    base: IpAddr,
    /// At most 32 for IPv4 and 128 for IPv6; all bits of `base` beyond it are 0.
    prefix: u8,
}

/// Why a text is no subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSubnet {
    /// Not an address, a slash and a number of bits that the address has.
    Shape,
    /// The address has bits beyond the prefix, so that one of the two is a mistake.
    HostBits,
}

impl fmt::Display for InvalidSubnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "a subnet is written like 10.0.0.0/8 or ::1/128",
            Self::HostBits => "a subnet is written with its first address, like 10.0.0.0/8",
        })
    }
}

impl std::error::Error for InvalidSubnet {}

impl Subnet {
    pub(crate) const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Self {
        let base = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        Self { base, prefix }
    }

    /// The range that begins with two groups of 16 bits.
    pub(crate) const fn v6([first, second]: [u16; 2], prefix: u8) -> Self {
        let base = IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0));
        Self { base, prefix }
    }

    /// Whether the address lies in the range. A mapped address (`::ffff:10.0.0.1`) counts as the
    /// IPv4 address that it stands for.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let differing = bits(self.base) ^ bits(address);
        self.base.is_ipv4() == address.is_ipv4()
            && differing
                .checked_shr(128 - u32::from(self.prefix))
                .unwrap_or(0)
                == 0
    }
}

/// The address from the highest bit down, so that one rule serves both families.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl FromStr for Subnet {
    type Err = InvalidSubnet;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (base, prefix) = text.split_once('/').ok_or(InvalidSubnet::Shape)?;
        let base: IpAddr = base.parse().map_err(|_| InvalidSubnet::Shape)?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix
            .parse()
            .ok()
            .filter(|&bits| bits <= width)
            .ok_or(InvalidSubnet::Shape)?;
        if bits(base).checked_shl(u32::from(prefix)).unwrap_or(0) != 0 {
            return Err(InvalidSubnet::HostBits);
        }
        Ok(Self { base, prefix })
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> Subnet {
        text.parse().expect("a subnet")
    }

    #[test]
    fn holds_its_first_and_last_address_and_not_their_neighbours() {
        for (range, inside, outside) in [
            (
                "10.0.0.0/8",
                ["10.0.0.0", "10.255.255.255"],
                ["9.255.255.255", "11.0.0.0"],
            ),
            (
                "172.16.0.0/12",
                ["172.16.0.0", "172.31.255.255"],
                ["172.15.255.255", "172.32.0.0"],
            ),
            (
                "192.0.2.7/32",
                ["192.0.2.7", "::ffff:192.0.2.7"],
                ["192.0.2.6", "192.0.2.8"],
            ),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]),
            ("::1/128", ["::1", "0::1"], ["::", "::2"]),
            (
                "::/0",
                ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
                ["0.0.0.0", "::ffff:1.2.3.4"],
            ),
            (
                "fc00::/7",
                ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
                ["fbff::", "fe00::"],
            ),
        ] {
            for address in inside {
                assert!(
                    subnet(range).contains(address.parse().expect(address)),
                    "{range} {address}"
                );
            }
            for address in outside {
                assert!(
                    !subnet(range).contains(address.parse().expect(address)),
                    "{range} {address}"
                );
            }
        }
    }

    #[test]
    fn prints_as_it_is_written() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "192.0.2.7/32",
            "::1/128",
            "fc00::/7",
            "::/0",
        ] {
            assert_eq!(subnet(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_an_operator_cannot_have_meant() {
        for (text, why) in [
            ("", InvalidSubnet::Shape),
            ("10.0.0.0", InvalidSubnet::Shape),
            ("10.0.0.0/", InvalidSubnet::Shape),
            ("10.0.0.0/33", InvalidSubnet::Shape),
            ("10.0.0.0/-1", InvalidSubnet::Shape),
            ("10.0.0/8", InvalidSubnet::Shape),
            ("10.0.0.0/8/8", InvalidSubnet::Shape),
            ("::1/129", InvalidSubnet::Shape),
            ("::1/256", InvalidSubnet::Shape),
            ("localhost/8", InvalidSubnet::Shape),
            (" 10.0.0.0/8", InvalidSubnet::Shape),
            ("10.0.0.1/8", InvalidSubnet::HostBits),
            ("0.0.0.1/0", InvalidSubnet::HostBits),
            ("::1/127", InvalidSubnet::HostBits),
            ("fd00::1/64", InvalidSubnet::HostBits),
        ] {
            assert_eq!(text.parse::<Subnet>(), Err(why), "{text:?}");
        }
    }
}
