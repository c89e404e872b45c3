//! Management tokens, which authenticate calls to the management API.

use std::collections::BTreeSet;

use crate::base::id::TokenId;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;

/// A management token. The token itself is shown once; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementToken {
    /// Public id of the token, for lists and the audit trail.
    pub id: TokenId,
    /// The tenant that the token gives access to.
    pub tenant: TenantId,
    /// The hash by which the token is looked up.
    pub hash: SecretHash,
    /// The scopes of the token.
    pub scopes: BTreeSet<TokenScope>,
    /// When the token was created.
    pub created_at: Timestamp,
    /// Since when the token is refused.
    pub revoked_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

text_enum! {
    /// What a management token may do.
    pub enum TokenScope {
        /// Read products and key types.
        ProductsRead = "products:read",
        /// Create and change products and key types.
        ProductsWrite = "products:write",
        /// Read licenses, customers and orders.
        LicensesRead = "licenses:read",
        /// Freeze, thaw, extend and revoke licenses, and release activations.
        LicensesWrite = "licenses:write",
        /// Read license keys in plain text.
        LicensesReveal = "licenses:reveal",
        /// Read Stripe and webhook settings, and deliveries.
        IntegrationsRead = "integrations:read",
        /// Change Stripe and webhook settings, and redeliver events.
        IntegrationsWrite = "integrations:write",
        /// Create, rotate and revoke API keys.
        ApiKeysWrite = "api-keys:write",
        /// Read the audit trail.
        AuditRead = "audit:read",
    }

    /// The text is not a token scope.
    #[error("unknown token scope")]
    pub struct UnknownTokenScope;
}

/// Generates a token: `mt_` and 256 random bits in hex.
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
