//! The rate limits of the server: what is limited, and the rate of each.

use std::time::Duration;

use crate::model::access::rate::Rate;
use crate::model::access::scope::Permission;

/// A kind of call with its own rate limit. Each kind is counted for each subject: for each API key,
/// tenant, license or address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Checkouts of a tenant.
    Checkout,
    /// Licenses that an API key issues.
    Issue,
    /// All other calls of an API key.
    Key,
    /// Signed calls of a tenant, by all its API keys together.
    Tenant,
    /// Calls of a management token.
    Token,
    /// Calls with a refused credential, of one address.
    Failures,
    /// Calls with a publishable key about one license.
    License,
    /// Calls with a publishable key of one address.
    Address,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

impl Limited {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Self; 8] = [
        Self::Checkout,
        Self::Issue,
        Self::Key,
        Self::Tenant,
        Self::Token,
        Self::Failures,
        Self::License,
        Self::Address,
    ];

    /// The limit that applies to a signed call which requires this permission.
    pub fn of_permission(permission: Permission) -> Self {
        match permission {
            Permission::Issue => Self::Issue,
            Permission::Validate
            | Permission::Activate
            | Permission::ManageDevice
            | Permission::ManageActivations
            | Permission::Read => Self::Key,
        }
    }

    /// The name, the default limit and the window.
    fn row(self) -> (&'static str, u32, Duration) {
        match self {
            // Published by Keylight: docs.keylight.dev/stripe/connect, step 5.
            Self::Checkout => ("checkout", 20, MINUTE),
            // Far above the sales of one shop, and far below what would slow other tenants down.
            // An import that exceeds it waits as `Retry-After` says.
            Self::Issue => ("issue", 60, SECOND),
            // 100 calls a second on average: an app that validates every quarter of an hour may
            // have 90 000 users online.
            Self::Key => ("key", 6_000, MINUTE),
            // Two API keys at their limit.
            Self::Tenant => ("tenant", 12_000, MINUTE),
            // A script that reads a list at ten pages a second.
            Self::Token => ("token", 600, MINUTE),
            // Enough for misconfigured clients of one office behind one address, too few to guess
            // credentials.
            Self::Failures => ("failures", 60, MINUTE),
            // The devices of one license, together once a second.
            Self::License => ("license", 60, MINUTE),
            // A school behind one address.
            Self::Address => ("address", 300, MINUTE),
        }
    }

    /// The name in error answers and settings.
    pub fn name(self) -> &'static str {
        let (name, ..) = self.row();
        name
    }

    fn default_rate(self) -> Rate {
        let (_, limit, window) = self.row();
        Rate { limit, window }
    }

    /// The key under which the store counts this kind of call of a subject.
    pub fn key(self, subject: &str) -> String {
        format!("{}:{subject}", self.name())
    }
}

/// The rates of all kinds of calls, as the operator has configured them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits([Rate; Limited::ALL.len()]);

/// The text is not a valid list of limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "limits are written like key=600,failures=30, each a whole number above 0 of one of {}",
    Limits::names()
)]
pub struct InvalidLimits;

impl Default for Limits {
    fn default() -> Self {
        Self(Limited::ALL.map(Limited::default_rate))
    }
}

impl Limits {
    /// Reads the limits that differ from the defaults: `key=600,failures=30`. The windows cannot
    /// be changed, nor can the limit of checkouts, which Keylight's page promises to tenants.
    pub fn parse(text: &str) -> Result<Self, InvalidLimits> {
        let mut limits = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, number) = part.split_once('=').ok_or(InvalidLimits)?;
            let number = number.trim().parse().map_err(|_| InvalidLimits)?;
            let limited = Self::settable().find(|limited| limited.name() == name.trim());
            let limited = limited.filter(|_| number > 0).ok_or(InvalidLimits)?;
            if let Some(rate) = limits.0.get_mut(limited as usize) {
                rate.limit = number;
            }
        }
        Ok(limits)
    }

    /// The rate of one kind of call.
    pub fn rate(&self, limited: Limited) -> Rate {
        let configured = self.0.get(limited as usize).copied();
        configured.unwrap_or_else(|| limited.default_rate())
    }

    fn settable() -> impl Iterator<Item = Limited> {
        let all = Limited::ALL.into_iter();
        all.filter(|limited| *limited != Limited::Checkout)
    }

    fn names() -> String {
        let names: Vec<_> = Self::settable().map(Limited::name).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_at_its_own_place() {
        for (place, limited) in Limited::ALL.into_iter().enumerate() {
            assert_eq!(limited as usize, place);
            assert_eq!(Limits::default().rate(limited), limited.default_rate());
            assert_eq!(limited.key("acme"), format!("{}:acme", limited.name()));
        }
    }

    #[test]
    fn an_operator_changes_limits_but_not_windows() {
        let limits = Limits::parse(" key=600, failures = 30,,").expect("limits");
        for (limited, limit) in [
            (Limited::Key, 600),
            (Limited::Failures, 30),
            (Limited::Tenant, 12_000),
        ] {
            assert_eq!(
                limits.rate(limited),
                Rate {
                    limit,
                    window: MINUTE
                }
            );
        }
        assert_eq!(Limits::parse(""), Ok(Limits::default()));
    }

    #[test]
    fn a_malformed_list_is_refused_with_the_names_that_can_be_set() {
        for text in [
            "key",
            "key=",
            "key=0",
            "key=-1",
            "key=1.5",
            "key=4294967296",
            "keys=1",
            "=1",
            "checkout=99",
            "key=1;token=2",
        ] {
            assert_eq!(Limits::parse(text), Err(InvalidLimits), "{text}");
        }
        assert_eq!(
            InvalidLimits.to_string(),
            "limits are written like key=600,failures=30, each a whole number above 0 of one of \
             issue, key, tenant, token, failures, license, address"
        );
    }
}
