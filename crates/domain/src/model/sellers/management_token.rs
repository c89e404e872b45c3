//! Management tokens, which authenticate calls to the management API.

use std::collections::BTreeSet;

use crate::base::id::TokenId;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::text::is_layout_control;
use crate::base::text_enum::text_enum;
use crate::base::text_newtype::text_newtype;
use crate::base::time::Timestamp;

/// A management token. The token itself is shown once; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ManagementToken {
    /// Public id of the token, for lists and the audit trail.
    pub id: TokenId,
    /// The tenant that the token gives access to.
    pub tenant: TenantId,
    /// The hash by which the token is looked up.
    pub hash: SecretHash,
    /// A name by which people recognise the token.
    pub name: Option<TokenName>,
    /// The scopes of the token.
    pub scopes: BTreeSet<TokenScope>,
    /// When the token was created.
    pub created_at: Timestamp,
    /// From when on the token is refused, whether it was revoked or not.
    pub expires_at: Option<Timestamp>,
    /// Since when the token is refused.
    pub revoked_at: Option<Timestamp>,
    /// When the token was last used, a few seconds late. Only
    /// [`LastSeen`](crate::ports::LastSeen) moves this time.
    pub last_used_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl ManagementToken {
    /// Whether the token is accepted: neither revoked nor expired.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

text_newtype! {
    /// The name of a management token: 1 to 120 characters after trimming, without control
    /// characters.
    pub struct TokenName;

    /// The text is not the name of a token.
    #[error("a token's name has 1 to 120 characters, none of which breaks a line or changes the direction of text")]
    pub struct InvalidTokenName;

    parse: |text| {
        let text = text.trim();
        let fits = (1..=120).contains(&text.chars().count());
        let is_valid = fits && !text.chars().any(is_layout_control);
        is_valid.then(|| text.to_owned())
    };
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
        /// List, create and revoke management tokens.
        TokensWrite = "tokens:write",
        /// Read the audit trail.
        AuditRead = "audit:read",
    }

    /// The text is not a token scope.
    #[error("unknown token scope")]
    pub struct UnknownTokenScope;
}

impl TokenScope {
    /// Reads the names of scopes. A token has at least one scope.
    pub fn parse_set<T: AsRef<str>>(
        names: impl IntoIterator<Item = T>,
    ) -> Result<BTreeSet<Self>, InvalidTokenScopes> {
        let scopes: Result<BTreeSet<Self>, _> = names
            .into_iter()
            .map(|name| Self::parse(name.as_ref()))
            .collect();
        scopes
            .ok()
            .filter(|scopes| !scopes.is_empty())
            .ok_or(InvalidTokenScopes)
    }
}

/// The texts are not the scopes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one or more of {}", TokenScope::ALL.map(TokenScope::as_str).join(", "))]
pub struct InvalidTokenScopes;

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

    #[test]
    fn a_token_has_one_or_more_known_scopes() {
        let both = [TokenScope::ProductsRead, TokenScope::AuditRead].into();
        for (names, scopes) in [
            (&["audit:read", "products:read", "audit:read"][..], Ok(both)),
            (&[], Err(InvalidTokenScopes)),
            (&["audit:read", "danger"], Err(InvalidTokenScopes)),
            (&["audit:read "], Err(InvalidTokenScopes)),
        ] {
            assert_eq!(TokenScope::parse_set(names), scopes, "{names:?}");
        }
    }

    #[test]
    fn a_token_is_good_until_it_is_revoked_or_its_end_comes() {
        let at = Timestamp::from_micros;
        let token = |expires_at, revoked_at| ManagementToken {
            id: TokenId::new(at(0), [0; 10]),
            tenant: TenantId::parse("acme").expect("a slug"),
            hash: SecretHash::of("mt_"),
            name: None,
            scopes: BTreeSet::new(),
            created_at: at(0),
            expires_at,
            revoked_at,
            last_used_at: None,
            version: 1,
        };
        for (expires_at, revoked_at, good) in [
            (None, None, [true, true, true]),
            (Some(at(10)), None, [true, false, false]),
            (None, Some(at(5)), [false, false, false]),
            (Some(at(20)), Some(at(5)), [false, false, false]),
        ] {
            let token = token(expires_at, revoked_at);
            assert_eq!([9, 10, 11].map(|now| token.is_good(at(now))), good);
        }
    }

    #[test]
    fn odd_names_are_refused() {
        assert_eq!(
            TokenName::parse(" CI ").map(|it| it.to_string()),
            Ok("CI".into())
        );
        for bad in ["", "  ", "a\u{7}b", &"x".repeat(121)] {
            assert_eq!(TokenName::parse(bad), Err(InvalidTokenName), "{bad:?}");
        }
    }
}
