//! The address guard: a name is resolved once, its addresses are judged, and only those that
//! passed are connected to. A name that resolves to something else a moment later gains nothing.

use std::net::IpAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::fault::Unsent;
use crate::public::is_public;
use crate::subnet::Subnet;

/// Where requests may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// To any address: for URLs that the operator chose.
    Anywhere,
    /// To public addresses only: for URLs that tenants chose.
    PublicOnly {
        /// What the operator opens besides.
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

/// A resolver that returns only addresses within reach.
#[derive(Debug)]
pub(crate) struct Guarded<R> {
    pub(crate) resolver: R,
    pub(crate) reach: Reach,
}

impl<R: Resolver> Resolver for Guarded<R> {
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
        let mut within = self.empty();
        for address in &found {
            if self.reach.includes(address.ip()) {
                within.push(*address);
            }
        }
        if within.is_empty() {
            return Err(Unsent::Forbidden.into());
        }
        Ok(within)
    }
}
