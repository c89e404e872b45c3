//! Counters, and what is added to them.

use crate::base::id::LicenseId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::model::licenses::license::License;

/// "Add `add` to the counter unless that takes it above `cap`."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Which counter.
    pub counter: Counter,
    /// How much; may be negative.
    pub add: i64,
    /// The most it may come to; `None` is no limit.
    pub cap: Option<i64>,
}

/// A counter that many callers touch at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// How many products a tenant has.
    Products(TenantId),
    /// How many licenses of a tenant and mode were minted and not revoked.
    Licenses(TenantId, Mode),
    /// How many devices of a license are active.
    Activations(LicenseId),
}

/// What stands before the license in the name of its counter of active devices.
pub const ACTIVATIONS: &str = "activations:";

impl Counter {
    /// The counter of the licenses like this one: of its tenant, in its mode.
    pub fn of_licenses(license: &License) -> Self {
        Self::Licenses(license.tenant.clone(), license.mode)
    }

    /// The counter of this license's active activations.
    pub fn of_activations(license: &License) -> Self {
        Self::Activations(license.id.clone())
    }

    /// The counter's name in a store: unique among all counters.
    pub fn name(&self) -> String {
        match self {
            Self::Products(tenant) => format!("products:{tenant}"),
            Self::Licenses(tenant, mode) => format!("licenses:{tenant}:{mode}"),
            Self::Activations(license) => format!("{ACTIVATIONS}{license}"),
        }
    }
}
