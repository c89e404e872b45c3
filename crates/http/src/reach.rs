//! The address guard. A name is resolved once for each request, and only addresses that are allowed
//! are connected to. Changing the name's addresses between check and connection has no effect.

use std::net::IpAddr;

use ipnet::IpNet;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::Unsent;
use crate::public::is_public;

/// The addresses that requests may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Any address, for URLs that the operator configured.
    Anywhere,
    /// Public addresses only, for URLs that tenants configured.
    PublicOnly {
        /// Subnets that the operator allows in addition.
        allow: Vec<IpNet>,
    },
}

impl Reach {
    /// Whether a request to a URL may be sent to an address. Over plain http only the subnets that the
    /// operator allows are reached: on the way to a public address everybody could read the request.
    pub(crate) fn includes(&self, uri: &Uri, address: IpAddr) -> bool {
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        match self {
            Self::Anywhere => true,
            Self::PublicOnly { allow } => {
                is_in_any(allow, address) || (is_https && is_public(address))
            }
        }
    }

    /// The error of a name that was not resolved. Hides from tenants whether a name exists.
    fn unresolved(&self, error: ureq::Error) -> ureq::Error {
        match (self, error) {
            (Self::Anywhere, error) => Unsent::mark(error),
            (
                Self::PublicOnly { .. },
                error @ (ureq::Error::Timeout(_) | ureq::Error::BadUri(_)),
            ) => error,
            (Self::PublicOnly { .. }, _) => Unsent::Forbidden.into(),
        }
    }
}

/// Whether an address lies in one of the subnets. A mapped address (`::ffff:10.0.0.1`) counts as the
/// IPv4 address in it.
fn is_in_any(subnets: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    subnets.iter().any(|subnet| subnet.contains(&address))
}

/// A resolver that returns only allowed addresses.
#[derive(Debug)]
pub(crate) struct GuardedResolver<R> {
    pub(crate) resolver: R,
    pub(crate) reach: Reach,
}

impl<R: Resolver> Resolver for GuardedResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self
            .resolver
            .resolve(uri, config, timeout)
            .map_err(|error| self.reach.unresolved(error))?;
        let mut allowed = self.empty();
        for address in &found {
            if self.reach.includes(uri, address.ip()) {
                allowed.push(*address);
            }
        }
        if allowed.is_empty() {
            return Err(Unsent::Forbidden.into());
        }
        Ok(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(subnet: &str, address: &str) -> bool {
        let subnet = subnet.parse().expect("a subnet");
        is_in_any(&[subnet], address.parse().expect("an address"))
    }

    #[test]
    fn a_subnet_holds_its_first_and_last_address_and_not_their_neighbours() {
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
                assert!(holds(range, address), "{range} {address}");
            }
            for address in outside {
                assert!(!holds(range, address), "{range} {address}");
            }
        }
    }
}
