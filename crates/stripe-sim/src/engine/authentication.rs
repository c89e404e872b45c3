//! Authenticates a request by its secret key and its `Stripe-Account` header.

use crate::base::error::StripeError;
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::permissions::Restriction;
use crate::engine::restricted_keys::RestrictedKey;
use crate::engine::world::World;

/// An authenticated caller.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The account that the request acts for.
    pub(crate) scope: Scope,
    /// The client id of the platform, if the platform acts for a connected account.
    pub(crate) application: Option<String>,
    /// What the key may do, if it is a restricted one.
    pub(crate) restriction: Option<Restriction>,
}

impl World {
    /// Authenticates a request with `key` that acts for `account`, or for the key's own account.
    pub(crate) fn authenticate(
        &self,
        key: Option<&str>,
        account: Option<&str>,
    ) -> Result<Caller, StripeError> {
        let Some(key) = key else {
            return Err(StripeError::new(401, NO_KEY));
        };
        if let Some(mode) = self.config.platform_key_mode(key) {
            return self.authenticate_platform(key, mode, account);
        }
        if let Some(restricted) = self.restricted_keys.find(key) {
            return authenticate_restricted(restricted, account);
        }
        let Some(owner) = self.accounts.key_owner(key) else {
            let message = format!("Invalid API Key provided: {}", mask(key));
            return Err(StripeError::new(401, message));
        };
        match account {
            Some(account) if account != owner.scope.account => Err(no_access(key, account)),
            _ => Ok(Caller {
                scope: owner.scope.clone(),
                application: owner.application.clone(),
                restriction: None,
            }),
        }
    }

    fn authenticate_platform(
        &self,
        key: &str,
        mode: Mode,
        account: Option<&str>,
    ) -> Result<Caller, StripeError> {
        let own = self.config.platform_scope(mode);
        let scope = account.map_or_else(|| own.clone(), |account| Scope::new(account, mode));
        if scope == own {
            return Ok(Caller {
                scope,
                application: None,
                restriction: None,
            });
        }
        if !self.accounts.platform_has_access(&scope) {
            return Err(no_access(key, &scope.account));
        }
        let application = Some(self.config.platform(mode).client_id.clone());
        Ok(Caller {
            scope,
            application,
            restriction: None,
        })
    }
}

fn authenticate_restricted(
    restricted: &RestrictedKey,
    account: Option<&str>,
) -> Result<Caller, StripeError> {
    let key = restricted.key.as_str();
    if restricted.revoked {
        let message = format!("Expired API Key provided: {}", mask(key));
        return Err(StripeError::new(401, message).code("api_key_expired"));
    }
    match account {
        Some(account) if account != restricted.scope.account => Err(no_access(key, account)),
        _ => Ok(Caller {
            scope: restricted.scope.clone(),
            application: None,
            restriction: Some(Restriction {
                masked: mask(key),
                permissions: restricted.permissions.clone(),
            }),
        }),
    }
}

const NO_KEY: &str = "You did not provide an API key. You need to provide your API key in the \
    Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
    https://stripe.com/docs/api#authentication for details, or we can help at \
    https://support.stripe.com/.";

/// The error for an account that the key cannot access, or can no longer access.
pub(crate) fn no_access(key: &str, account: &str) -> StripeError {
    let message = format!(
        "The provided key '{}' does not have access to account '{account}' (or that account does \
         not exist). Application access may have been revoked.",
        mask(key)
    );
    StripeError::new(403, message).code("account_invalid")
}

/// Replaces all but the prefix and the last four characters with asterisks.
fn mask(key: &str) -> String {
    let prefixes = [
        "sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_",
    ];
    let prefix = prefixes
        .into_iter()
        .find(|prefix| key.starts_with(prefix))
        .unwrap_or("");
    let rest: Vec<char> = key.chars().skip(prefix.len()).collect();
    let masked = rest.len().saturating_sub(4);
    let tail: String = rest[masked..].iter().collect();
    format!("{prefix}{}{tail}", "*".repeat(masked))
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_masked_key_keeps_its_prefix_and_four_characters() {
        assert_eq!(mask("sk_test_abcdefgh"), "sk_test_****efgh");
        assert_eq!(mask("nonsense"), "****ense");
        assert_eq!(mask("sk_live_"), "sk_live_");
    }
}
