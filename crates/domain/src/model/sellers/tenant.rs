//! A tenant: a seller's account, and the platform tier it is on.

use crate::base::email::Email;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// A seller's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its slug: in URLs, metadata and events.
    pub id: TenantId,
    /// Where to reach the seller.
    pub email: Email,
    /// The platform tier.
    pub plan: Plan,
    /// Whether buyers are mailed their keys as soon as there is one.
    pub mails: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// A platform tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plan {
    /// To look around: no Stripe Connect.
    Free,
    /// A first product on sale.
    Starter,
    /// A growing seller.
    Plus,
    /// Without limits.
    Pro,
}

/// What a plan allows; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimits {
    /// Whether Stripe Connect is part of the plan.
    pub connect: bool,
    /// How many products.
    pub products: Option<u32>,
    /// How many licenses that are not revoked, in each mode.
    pub licenses: Option<u32>,
}

/// A name that is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown plan; it is one of free, starter, plus, pro")]
pub struct UnknownPlan;

impl Plan {
    /// All plans, smallest first.
    pub const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Plus, Self::Pro];

    /// The plan's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Plus => "plus",
            Self::Pro => "pro",
        }
    }

    /// Reads a plan's name.
    pub fn parse(text: &str) -> Result<Self, UnknownPlan> {
        Self::ALL
            .into_iter()
            .find(|plan| plan.as_str() == text)
            .ok_or(UnknownPlan)
    }

    /// What the plan allows.
    pub fn limits(self) -> PlanLimits {
        let (connect, products, licenses) = match self {
            Self::Free => (false, Some(1), Some(100)),
            Self::Starter => (true, Some(3), Some(1_000)),
            Self::Plus => (true, Some(10), Some(10_000)),
            Self::Pro => (true, None, None),
        };
        PlanLimits {
            connect,
            products,
            licenses,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_is_read_back_by_its_name() {
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.as_str()), Ok(plan));
        }
        assert_eq!(Plan::parse("Enterprise"), Err(UnknownPlan));
    }

    #[test]
    fn only_the_free_plan_lacks_connect() {
        let with: Vec<_> = Plan::ALL.iter().filter(|p| p.limits().connect).collect();
        assert_eq!(with, [&Plan::Starter, &Plan::Plus, &Plan::Pro]);
    }
}
