//! `POST /v1/account_links`: a link to Stripe's onboarding of a connected account.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::authentication::no_access;
use crate::engine::world::OnboardingLink;
use crate::params::spec::Kind::{Enum, Hash, Text, Url};
use crate::params::spec::{Param, optional, required};
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
    required("account", Text),
    optional("collect", Enum(&["currently_due", "eventually_due"])),
    optional(
        "collection_options",
        Hash(&[
            optional("fields", Enum(&["currently_due", "eventually_due"])),
            optional("future_requirements", Enum(&["include", "omit"])),
        ]),
    ),
    optional("refresh_url", Url),
    optional("return_url", Url),
    required("type", Enum(&["account_onboarding", "account_update"])),
];

/// For how long a link is good, in seconds.
const LIFETIME: i64 = 300;

/// Creates a link, which only the platform may do, for an account that it is connected to.
pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let mode = context.mode();
    let account = context.params.owned_text("account").unwrap_or_default();
    let wanted = Scope::new(&account, mode);
    let is_platform = context.scope.account == context.world.config.platform_account;
    if !is_platform || !context.world.accounts.platform_has_access(&wanted) {
        let key = context.world.config.platform(mode).secret_key.expose();
        return Err(no_access(key, &account));
    }
    for name in ["refresh_url", "return_url"] {
        let is_onboarding = context.params.text("type") == Some("account_onboarding");
        if is_onboarding && context.params.text(name).is_none() {
            return Err(StripeError::missing_param(name));
        }
    }
    let created = context.world.clock.now();
    let random = context.world.ids.generate("", 24);
    let path = format!("/setup/{account}/{random}");
    let expires_at = created.saturating_add(LIFETIME);
    let url = |name| context.params.owned_text(name).unwrap_or_default();
    let link = OnboardingLink {
        scope: wanted,
        expires_at,
        refresh_url: url("refresh_url"),
        return_url: url("return_url"),
    };
    context.world.onboarding_links.insert(path.clone(), link);
    Ok(json!({
        "object": "account_link",
        "created": created,
        "expires_at": expires_at,
        "url": format!("{}{path}", context.world.base_url),
    }))
}
