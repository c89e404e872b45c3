//! Subnets in settings: blocks in CIDR form, separated by commas.

use std::net::IpAddr;

use ipnet::IpNet;

/// Why a text is not a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidSubnet {
    /// The text is not an address, a slash and a number of bits that fits the address.
    #[error("a subnet is written like 10.0.0.0/8 or ::1/128")]
    Shape,
    /// The address has bits set beyond the prefix, so either the address or the prefix is a mistake.
    #[error("a subnet is written with its first address, like 10.0.0.0/8")]
    HostBits,
}

/// Reads subnets that are separated by commas.
pub(super) fn parse_subnets(text: &str) -> Result<Vec<IpNet>, InvalidSubnet> {
    let subnets = text.split(',').map(str::trim);
    subnets
        .filter(|subnet| !subnet.is_empty())
        .map(parse_subnet)
        .collect()
}

/// Reads one subnet. The address is parsed by the standard library, since `ipnet` also takes octets
/// with leading zeros, which other programs read as octal.
fn parse_subnet(text: &str) -> Result<IpNet, InvalidSubnet> {
    let (address, bits) = text.split_once('/').ok_or(InvalidSubnet::Shape)?;
    let address: IpAddr = address.parse().map_err(|_| InvalidSubnet::Shape)?;
    let bits = bits.parse().map_err(|_| InvalidSubnet::Shape)?;
    let subnet = IpNet::new(address, bits).map_err(|_| InvalidSubnet::Shape)?;
    if subnet.network() != address {
        return Err(InvalidSubnet::HostBits);
    }
    Ok(subnet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_prints_as_it_is_written() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "192.0.2.7/32",
            "::1/128",
            "fc00::/7",
            "::/0",
        ] {
            let subnet = parse_subnet(text).expect("a subnet");
            assert_eq!(subnet.to_string(), text);
        }
    }

    #[test]
    fn a_subnet_that_an_operator_cannot_have_meant_is_refused() {
        for (text, why) in [
            ("", InvalidSubnet::Shape),
            ("10.0.0.0", InvalidSubnet::Shape),
            ("10.0.0.0/", InvalidSubnet::Shape),
            ("10.0.0.0/33", InvalidSubnet::Shape),
            ("10.0.0.0/-1", InvalidSubnet::Shape),
            ("10.0.0/8", InvalidSubnet::Shape),
            ("010.0.0.0/8", InvalidSubnet::Shape),
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
            assert_eq!(parse_subnet(text), Err(why), "{text:?}");
        }
    }
}
