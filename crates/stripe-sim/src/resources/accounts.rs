//! `/v1/account` and `/v1/accounts`.

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::authentication::no_access;
use crate::engine::world::World;
use crate::model::account::Account;
use crate::resources::context::Context;

/// `GET /v1/account`: retrieves the account that the request acts for.
pub(crate) fn retrieve_own(context: &mut Context<'_>) -> ApiResult {
    account_json(context, &context.scope.account)
}

/// `GET /v1/accounts/{id}`: retrieves the caller's own account or, for the platform, a connected
/// account.
pub(crate) fn retrieve(context: &mut Context<'_>) -> ApiResult {
    let (world, mode) = (&context.world, context.mode());
    let wanted = Scope::new(&context.id, mode);
    let is_platform = context.scope.account == world.config.platform_account;
    let has_access = is_platform && world.accounts.platform_has_access(&wanted);
    if wanted != context.scope && !has_access {
        let key = world.config.platform(mode).secret_key.expose();
        return Err(no_access(key, &context.id));
    }
    account_json(context, &context.id)
}

fn account_json(context: &Context<'_>, id: &str) -> ApiResult {
    let account = context.world.accounts.get(id).map(Account::to_json);
    account.ok_or_else(|| {
        StripeError::new(404, format!("No such account: '{id}'")).code("resource_missing")
    })
}

/// Creates a seller's account and returns the account's id.
pub(crate) fn create(world: &mut World, email: Option<&str>) -> String {
    let id = world.ids.generate("acct_1", 15);
    let default_email = format!("seller.{id}@example.com");
    let email = email.unwrap_or(&default_email);
    let now = world.clock.now();
    world.accounts.create(&id, email, now, &mut world.ids);
    id
}
