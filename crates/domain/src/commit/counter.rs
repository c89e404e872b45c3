//! Counters, and additions to them.

use crate::base::id::LicenseId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::model::licenses::license::License;

/// "Add `add` to the counter unless that takes it above `cap`."
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Count {
    /// The counter to add to.
    pub counter: Counter,
    /// The amount to add; may be negative.
    pub add: i64,
    /// The largest value the counter may reach; `None` is no limit.
    pub cap: Option<i64>,
}

/// A counter that many callers touch at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// The number of products of a tenant.
    Products(TenantId),
    /// The number of licenses of a tenant and mode that are minted and not revoked.
    Licenses(TenantId, Mode),
    /// The number of active activations of a license.
    Activations(LicenseId),
    /// The number of webhook endpoints of a tenant that receive events of a mode.
    WebhookEndpoints(TenantId, Mode),
    /// The number of commits that changed the configuration: see [`Changes::counts`].
    ///
    /// [`Changes::counts`]: crate::commit::changes::Changes::counts
    Configuration,
}

const CONFIGURATION: &str = "configuration";

/// The prefix of the name of a counter of activations; the id of the license follows it.
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
            Self::WebhookEndpoints(tenant, mode) => format!("webhook-endpoints:{tenant}:{mode}"),
            Self::Configuration => CONFIGURATION.to_owned(),
        }
    }

    /// Reads a name that [`name`](Self::name) has given; `None` for any other text.
    pub fn parse(name: &str) -> Option<Self> {
        if name == CONFIGURATION {
            return Some(Self::Configuration);
        }
        let (kind, owner) = name.split_once(':')?;
        let of_mode = || {
            let (tenant, mode) = owner.split_once(':')?;
            Some((TenantId::parse(tenant).ok()?, Mode::parse(mode).ok()?))
        };
        match kind {
            "products" => Some(Self::Products(TenantId::parse(owner).ok()?)),
            "licenses" => of_mode().map(|(tenant, mode)| Self::Licenses(tenant, mode)),
            "activations" => Some(Self::Activations(LicenseId::parse(owner).ok()?)),
            "webhook-endpoints" => {
                of_mode().map(|(tenant, mode)| Self::WebhookEndpoints(tenant, mode))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn a_counter_is_read_from_its_name_and_from_no_other() {
        let tenant = TenantId::parse("acme").expect("a slug");
        let license = LicenseId::new(Timestamp::EPOCH, [7; 10]);
        let mut counters = vec![
            Counter::Products(tenant.clone()),
            Counter::Activations(license),
            Counter::Configuration,
        ];
        for mode in Mode::ALL {
            counters.push(Counter::Licenses(tenant.clone(), mode));
            counters.push(Counter::WebhookEndpoints(tenant.clone(), mode));
        }
        for counter in counters {
            let name = counter.name();
            assert_eq!(Counter::parse(&name), Some(counter), "{name}");
            assert_eq!(Counter::parse(&format!("{name}:")), None, "{name}:");
        }
        for name in [
            "",
            ":",
            "products",
            "products:",
            "licenses:acme",
            "licenses:acme:test",
            "x:y",
        ] {
            assert_eq!(Counter::parse(name), None, "{name}");
        }
    }
}
