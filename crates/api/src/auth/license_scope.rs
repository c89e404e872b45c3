//! The licenses that a caller may read: the caller has a management token or signs with an API key.

use actix_web::{HttpRequest, web};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::Tenants;
use mintage_domain::usecase::access::api_key::use_up;
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::licenses::visibility::LicenseScope;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::catalog::CachedCatalog;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::settle;

use super::bearer::bearer;
use super::signed_caller::SignedCaller;
use super::token_caller::TokenCaller;

/// Checks a management token that may read licenses, or a signed call without a body by an API key
/// that may read, and returns the licenses that the caller may read.
pub(crate) async fn license_scope(
    app: &web::Data<App>,
    request: &HttpRequest,
) -> Result<LicenseScope, Problem> {
    let is_api_key = bearer(request).is_some_and(|it| ApiKeyId::parse(it).is_ok());
    if !is_api_key {
        let caller = TokenCaller::of(app, request, TokenScope::LicensesRead).await?;
        return Ok(LicenseScope::Tenant(caller.tenant()));
    }
    let caller = SignedCaller::without_body(app, request, Permission::Read).await?;
    let tenant = caller.cached.key.tenant.clone();
    let tenant = blocking(app, move |app| CachedCatalog::of(app).tenant(&tenant)).await??;
    tenant.ok_or_else(Problem::key_invalid)?.check_active()?;
    let nonce = caller.nonce;
    settle(app, move |app, refused| use_up(&app.env(), &nonce, refused)).await?;
    Ok(LicenseScope::of_caller(&Caller::from(&caller.cached.key)))
}
