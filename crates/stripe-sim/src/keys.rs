//! Secret keys: who calls, for which account, in which mode.

use crate::config::Mode;
use crate::error::StripeError;
use crate::world::{Scope, World};

/// Whom a key and a `Stripe-Account` header make the caller.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) scope: Scope,
    pub(crate) application: Option<String>,
}

impl World {
    /// The mode of one of the platform's own secret keys.
    pub(crate) fn platform_mode(&self, key: &str) -> Option<Mode> {
        let modes = [Mode::Test, Mode::Live];
        modes
            .into_iter()
            .find(|mode| self.config.platform(*mode).secret_key.expose() == key)
    }

    /// Judges the key and the account it wants to act for.
    pub(crate) fn authenticate(
        &self,
        key: Option<&str>,
        account: Option<&str>,
    ) -> Result<Caller, StripeError> {
        let Some(key) = key else {
            return Err(StripeError::new(401, NO_KEY));
        };
        if let Some(mode) = self.platform_mode(key) {
            return self.platform_caller(key, mode, account);
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
            }),
        }
    }

    fn platform_caller(
        &self,
        key: &str,
        mode: Mode,
        account: Option<&str>,
    ) -> Result<Caller, StripeError> {
        let own = self.platform_scope(mode);
        let scope = account.map_or_else(|| own.clone(), |account| Scope::new(account, mode));
        if scope == own {
            return Ok(Caller {
                scope,
                application: None,
            });
        }
        if !self.accounts.is_open_to_platform(&scope) {
            return Err(no_access(key, &scope.account));
        }
        let application = Some(self.config.platform(mode).client_id.clone());
        Ok(Caller { scope, application })
    }
}

const NO_KEY: &str = "You did not provide an API key. You need to provide your API key in the \
    Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
    https://stripe.com/docs/api#authentication for details, or we can help at \
    https://support.stripe.com/.";

/// 403 for an account the key was never given, or was given and lost.
pub(crate) fn no_access(key: &str, account: &str) -> StripeError {
    let message = format!(
        "The provided key '{}' does not have access to account '{account}' (or that account does \
         not exist). Application access may have been revoked.",
        mask(key)
    );
    StripeError::new(403, message).code("account_invalid")
}

/// All but the prefix and the last four characters starred.
fn mask(key: &str) -> String {
    let shown = [
        "sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_",
    ];
    let prefix = shown
        .into_iter()
        .find(|prefix| key.starts_with(prefix))
        .unwrap_or("");
    let rest: Vec<char> = key.chars().skip(prefix.len()).collect();
    let stars = rest.len().saturating_sub(4);
    let tail: String = rest[stars..].iter().collect();
    format!("{prefix}{}{tail}", "*".repeat(stars))
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
