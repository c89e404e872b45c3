//! Management tokens: what automation calls `/v1/...` with.

use std::collections::BTreeSet;

use crate::base::id::TokenId;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// A management token. It is shown once and kept as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementToken {
    /// Its public id, for lists and the audit trail.
    pub id: TokenId,
    /// Whose it is: the token chooses the tenant.
    pub tenant: TenantId,
    /// The hash by which it is found.
    pub hash: SecretHash,
    /// What it may do.
    pub scopes: BTreeSet<TokenScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}

/// What a management token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenScope {
    /// Read products and key types.
    ProductsRead,
    /// Make and change them.
    ProductsWrite,
    /// Read licenses, customers and orders.
    LicensesRead,
    /// Freeze, thaw, extend and revoke licenses, and release their devices.
    LicensesWrite,
    /// See a license key in the clear.
    LicensesReveal,
    /// Read Stripe and webhook settings, and deliveries.
    IntegrationsRead,
    /// Change them.
    IntegrationsWrite,
    /// Make API keys.
    ApiKeysWrite,
    /// Read the audit trail.
    AuditRead,
}

/// A text that is no token scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown token scope")]
pub struct UnknownTokenScope;

impl TokenScope {
    /// All scopes.
    pub const ALL: [Self; 9] = [
        Self::ProductsRead,
        Self::ProductsWrite,
        Self::LicensesRead,
        Self::LicensesWrite,
        Self::LicensesReveal,
        Self::IntegrationsRead,
        Self::IntegrationsWrite,
        Self::ApiKeysWrite,
        Self::AuditRead,
    ];

    /// The scope as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProductsRead => "products:read",
            Self::ProductsWrite => "products:write",
            Self::LicensesRead => "licenses:read",
            Self::LicensesWrite => "licenses:write",
            Self::LicensesReveal => "licenses:reveal",
            Self::IntegrationsRead => "integrations:read",
            Self::IntegrationsWrite => "integrations:write",
            Self::ApiKeysWrite => "api-keys:write",
            Self::AuditRead => "audit:read",
        }
    }

    /// Reads a scope.
    pub fn parse(text: &str) -> Result<Self, UnknownTokenScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownTokenScope)
    }
}

/// A new token: `mt_` and 256 random bits in hex.
pub fn new_token(random: [u8; 32]) -> Secret {
    Secret::new(format!("mt_{}", data_encoding::HEXLOWER.encode(&random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_read_back_by_its_name() {
        for scope in TokenScope::ALL {
            assert_eq!(TokenScope::parse(scope.as_str()), Ok(scope));
        }
        assert_eq!(TokenScope::parse("danger"), Err(UnknownTokenScope));
    }
}
