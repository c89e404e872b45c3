//! What is limited, and to how much.

use std::time::Duration;

use crate::model::access::rate::Rate;
use crate::model::access::scope::Permission;

/// What is counted apart. Each of these has a rate of its own for each subject: for each API key,
/// each tenant, each address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Checkouts of a tenant.
    Checkout,
    /// Licenses that an API key issues.
    Issue,
    /// Questions and devices' calls of an API key.
    Key,
    /// Signed calls of a tenant, by all its API keys together.
    Tenant,
    /// Calls of a management token.
    Token,
    /// Calls from an address whose credential is refused.
    Failures,
    /// Calls about a license by a key that is no secret.
    License,
    /// Calls from an address by a key that is no secret.
    Address,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

impl Limited {
    /// All of them.
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

    /// The rate that a signed call counts on, by what its API key is asked to do.
    pub fn of_permission(permission: Permission) -> Self {
        match permission {
            Permission::Issue => Self::Issue,
            Permission::Validate
            | Permission::Activate
            | Permission::TendDevices
            | Permission::Read => Self::Key,
        }
    }

    /// Its name, and what an operator has of it who changes nothing.
    fn row(self) -> (&'static str, u32, Duration) {
        match self {
            // The page says so: docs.keylight.dev/stripe/connect, step 5.
            Self::Checkout => ("checkout", 20, MINUTE),
            // Far above a shop's sales, and far below what would slow its neighbours. What an
            // import needs beyond that, it gets by waiting as it is told.
            Self::Issue => ("issue", 60, SECOND),
            // A hundred a second, on the average of a minute: an app that asks each quarter of
            // an hour may have 90 000 users online.
            Self::Key => ("key", 6_000, MINUTE),
            // Two API keys at their most.
            Self::Tenant => ("tenant", 12_000, MINUTE),
            // A script that goes through a list, ten pages a second.
            Self::Token => ("token", 600, MINUTE),
            // Some wrong settings in an office behind one address, and no guessing at speed.
            Self::Failures => ("failures", 60, MINUTE),
            // The devices of one license, which together ask once a second.
            Self::License => ("license", 60, MINUTE),
            // A school behind one address.
            Self::Address => ("address", 300, MINUTE),
        }
    }

    /// Its name, on the wire and in settings.
    pub fn name(self) -> &'static str {
        let (name, ..) = self.row();
        name
    }

    fn default_rate(self) -> Rate {
        let (_, limit, window) = self.row();
        Rate { limit, window }
    }

    /// What the rate of a subject is called in the store.
    pub fn key(self, subject: &str) -> String {
        format!("{}:{subject}", self.name())
    }
}

/// The rates as an operator has set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits([Rate; Limited::ALL.len()]);

/// Why a text says no limits.
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
    /// Reads what differs from the defaults: `key=600,failures=30`. The windows stay; so does what
    /// a tenant has of checkouts, which a published page promises.
    pub fn parse(text: &str) -> Result<Self, InvalidLimits> {
        let mut limits = Self::default();
        for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (name, number) = part.split_once('=').ok_or(InvalidLimits)?;
            let number = number.trim().parse().map_err(|_| InvalidLimits)?;
            let what = Self::settable().find(|it| it.name() == name.trim());
            let what = what.filter(|_| number > 0).ok_or(InvalidLimits)?;
            if let Some(rate) = limits.0.get_mut(what as usize) {
                rate.limit = number;
            }
        }
        Ok(limits)
    }

    /// The rate of one of them.
    pub fn rate(&self, what: Limited) -> Rate {
        let set = self.0.get(what as usize).copied();
        set.unwrap_or_else(|| what.default_rate())
    }

    fn settable() -> impl Iterator<Item = Limited> {
        let all = Limited::ALL.into_iter();
        all.filter(|it| *it != Limited::Checkout)
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
    fn each_is_found_at_its_own_place() {
        for (place, what) in Limited::ALL.into_iter().enumerate() {
            assert_eq!(what as usize, place);
            assert_eq!(Limits::default().rate(what), what.default_rate());
            assert_eq!(what.key("acme"), format!("{}:acme", what.name()));
        }
    }

    #[test]
    fn an_operator_changes_how_many_and_not_in_how_long() {
        let limits = Limits::parse(" key=600, failures = 30,,").expect("limits");
        for (what, limit) in [
            (Limited::Key, 600),
            (Limited::Failures, 30),
            (Limited::Tenant, 12_000),
        ] {
            assert_eq!(
                limits.rate(what),
                Rate {
                    limit,
                    window: MINUTE
                }
            );
        }
        assert_eq!(Limits::parse(""), Ok(Limits::default()));
    }

    #[test]
    fn what_says_no_limits_is_refused_and_the_mend_is_told() {
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
