//! Tenants: the accounts of sellers, and their platform tiers.

use crate::base::email::Email;
use crate::base::slug::TenantId;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;

/// A seller's account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tenant {
    /// The tenant's slug, used in URLs, metadata and events.
    pub id: TenantId,
    /// The seller's e-mail address.
    #[cfg_attr(feature = "serde", serde(with = "crate::base::kept_email"))]
    pub email: Email,
    /// The platform tier.
    pub plan: Plan,
    /// Whether buyers receive their license keys by mail.
    pub mails: bool,
    /// Whether the seller may use the server.
    pub status: TenantStatus,
    /// When the tenant was created.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

text_enum! {
    /// Whether a seller may use the server.
    pub enum TenantStatus {
        /// The seller may.
        Active = "active",
        /// The operator has suspended the seller. What was sold goes on: events of Stripe are received,
        /// licenses are minted, delivered and validated.
        Suspended = "suspended",
        /// The operator has erased the personal data of the seller and the customers, for good.
        Erased = "erased",
    }

    /// The text is not the status of a tenant.
    #[error("unknown status of a tenant")]
    pub struct UnknownTenantStatus;
}

/// The tenant may not use the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account is suspended; contact the operator of this server")]
pub struct TenantSuspended;

impl Tenant {
    /// Checks that the seller may use the server. Calls of buyers and their apps are not checked.
    pub fn check_active(&self) -> Result<(), TenantSuspended> {
        match self.status {
            TenantStatus::Active => Ok(()),
            TenantStatus::Suspended | TenantStatus::Erased => Err(TenantSuspended),
        }
    }
}

text_enum! {
    /// A platform tier, smallest first.
    pub enum Plan {
        /// For evaluation, without Stripe Connect.
        Free = "free",
        /// For a seller's first products.
        Starter = "starter",
        /// For a growing seller.
        Plus = "plus",
        /// Without limits.
        Pro = "pro",
    }

    /// The text is not a plan.
    #[error("unknown plan; it is one of free, starter, plus, pro")]
    pub struct UnknownPlan;
}

/// The limits of a plan; `None` means unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimits {
    /// Whether the plan includes Stripe Connect.
    pub connect: bool,
    /// The largest number of products.
    pub products: Option<u32>,
    /// The largest number of licenses that are not revoked, in each mode.
    pub licenses: Option<u32>,
}

impl Plan {
    /// The limits of the plan.
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
