//! API keys: what signs `/v1/issue`, `/v1/validate` and the like.

use crate::id::ApiKeyId;
use crate::mode::Mode;
use crate::seal::Sealed;
use crate::secret::Secret;
use crate::slug::{ProductId, TenantId};
use crate::time::Timestamp;

/// An API key of one product in one mode. Its secret is sealed, not hashed: signatures are
/// checked by making them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public half: `ak_live_…` or `ak_test_…`.
    pub id: ApiKeyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// For which product.
    pub product: ProductId,
    /// For which mode.
    pub mode: Mode,
    /// What it may do.
    pub scope: Scope,
    /// Its secret half, sealed.
    pub sealed_secret: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything.
    Full,
    /// Mint; not list or change.
    IssueOnly,
    /// Validate, activate, deactivate, heartbeat; not mint.
    ValidateOnly,
    /// List; not change.
    ReadOnly,
}

/// What a call asks of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Mint a license.
    Issue,
    /// Ask whether a license is good, and manage its devices.
    Validate,
    /// List.
    Read,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope; it is one of FULL, ISSUE_ONLY, VALIDATE_ONLY, READ_ONLY")]
pub struct UnknownScope;

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 4] = [
        Self::Full,
        Self::IssueOnly,
        Self::ValidateOnly,
        Self::ReadOnly,
    ];

    /// The scope as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::IssueOnly => "ISSUE_ONLY",
            Self::ValidateOnly => "VALIDATE_ONLY",
            Self::ReadOnly => "READ_ONLY",
        }
    }

    /// Reads a scope.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }

    /// Whether it allows what a call asks.
    pub fn allows(self, permission: Permission) -> bool {
        matches!(
            (self, permission),
            (Self::Full, _)
                | (Self::IssueOnly, Permission::Issue)
                | (Self::ValidateOnly, Permission::Validate)
                | (Self::ReadOnly, Permission::Read)
        )
    }
}

/// The secret half of a new key: `aks_` and 256 random bits in hex.
pub fn new_secret(random: [u8; 32]) -> Secret {
    Secret::new(format!("aks_{}", data_encoding::HEXLOWER.encode(&random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_allows_what_its_name_says() {
        use Permission::{Issue, Read, Validate};
        for (scope, allowed) in [
            (Scope::Full, vec![Issue, Validate, Read]),
            (Scope::IssueOnly, vec![Issue]),
            (Scope::ValidateOnly, vec![Validate]),
            (Scope::ReadOnly, vec![Read]),
        ] {
            for permission in [Issue, Validate, Read] {
                assert_eq!(scope.allows(permission), allowed.contains(&permission));
            }
            assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        }
        assert_eq!(Scope::parse("full"), Err(UnknownScope));
    }

    #[test]
    fn a_key_says_its_mode() {
        for (mode, start) in [(Mode::Live, "ak_live_"), (Mode::Sandbox, "ak_test_")] {
            let id = ApiKeyId::of(mode, [9; 12]);
            assert!(id.as_str().starts_with(start), "{id}");
        }
    }
}
