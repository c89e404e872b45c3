//! Exchanges authorization codes for tokens.

use serde_json::{Value, json};

use crate::base::form::{self, Pairs};
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::accounts::KeyOwner;
use crate::engine::world::World;
use crate::platform::oauth_error::OAuthError;

/// Connects the account of an authorization code and issues a token.
pub(crate) fn exchange(world: &mut World, mode: Mode, params: &Pairs) -> Result<Value, OAuthError> {
    match form::field(params, "grant_type") {
        Some("authorization_code") => {}
        Some(other) => {
            let message = format!("Unsupported grant type: {other}");
            return Err(OAuthError::new("unsupported_grant_type", message));
        }
        None => {
            return Err(OAuthError::new(
                "invalid_request",
                "No grant type specified",
            ));
        }
    }
    let code = form::field(params, "code")
        .ok_or_else(|| OAuthError::new("invalid_request", "No authorization code provided"))?;
    let (scope, permission) = redeem(world, code, mode)?;
    world.accounts.connect(scope.clone());
    let mode = scope.mode.as_str();
    let access_token = world.ids.object_id(&format!("sk_{mode}_"));
    let owner = KeyOwner {
        scope: scope.clone(),
        application: Some(world.config.platform(scope.mode).client_id.clone()),
    };
    world.accounts.add_key(access_token.clone(), owner);
    Ok(json!({
        "access_token": access_token,
        "livemode": scope.mode.livemode(),
        "refresh_token": world.ids.object_id("rt_"),
        "scope": permission,
        "stripe_publishable_key": world.ids.object_id(&format!("pk_{mode}_")),
        "stripe_user_id": scope.account,
        "token_type": "bearer",
    }))
}

/// Marks a code as used and returns its account and permission. A second use of a code revokes
/// the connection.
fn redeem(world: &mut World, text: &str, mode: Mode) -> Result<(Scope, String), OAuthError> {
    let invalid_grant = |message: String| OAuthError::new("invalid_grant", message);
    let now = world.clock.now();
    let code = world.authorization_codes.get_mut(text);
    let code =
        code.ok_or_else(|| invalid_grant(format!("Authorization code does not exist: {text}")))?;
    if code.scope.mode != mode {
        let (key, code) = (mode.as_str(), code.scope.mode.as_str());
        return Err(invalid_grant(format!(
            "Passed in {key}mode API key but authorization code only supports returning {code} keys"
        )));
    }
    if code.used {
        world.accounts.disconnect(&code.scope);
        let message = "This authorization code has already been used. All tokens issued with \
                       this code have been revoked.";
        return Err(invalid_grant(message.into()));
    }
    if code.expires_at <= now {
        return Err(invalid_grant(format!("Authorization code expired: {text}")));
    }
    code.used = true;
    Ok((code.scope.clone(), code.permission.clone()))
}
