//! The address guard. A name is resolved once for each request, and only addresses that are allowed
//! are connected to. Changing the name's addresses between check and connection has no effect.

use std::net::IpAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::Unsent;
use crate::public::is_public;
use crate::subnet::Subnet;

/// The addresses that requests may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Any address, for URLs that the operator configured.
    Anywhere,
    /// Public addresses only, for URLs that tenants configured.
    PublicOnly {
        /// Subnets that the operator allows in addition.
        allow: Vec<Subnet>,
    },
}

impl Reach {
    fn includes(&self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::PublicOnly { allow } => {
                is_public(address) || allow.iter().any(|subnet| subnet.contains(address))
            }
        }
    }
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
            .map_err(Unsent::mark)?;
        let mut allowed = self.empty();
        for address in &found {
            if self.reach.includes(address.ip()) {
                allowed.push(*address);
            }
        }
        if allowed.is_empty() {
            return Err(Unsent::Forbidden.into());
        }
        Ok(allowed)
    }
}
