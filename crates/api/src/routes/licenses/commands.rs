//! `POST /v1/licenses/{id}/freeze`, `/thaw`, `/extend`, `/reissue`, `/revoke`, `/reveal`.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::LicenseId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::LicenseRecord;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::licenses::command::{self, Target};
use mintage_domain::usecase::licenses::reissue;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::parse_id;
use crate::schema;
use crate::views::licenses::{LicenseView, RevealedKey};

/// Freeze a license
///
/// The license is not valid until it is thawed.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/freeze",
    operation_id = "freezeLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked", "license/already-frozen"]))),
)]
pub(super) async fn freeze(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    command(&app, &path, caller, |app, env, target| {
        Ok(command::freeze(&*app.store, env, target)?)
    })
    .await
}

/// Thaw a license
///
/// Removes the hold of `freeze`. Other holds, such as a dispute, remain.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/thaw",
    operation_id = "thawLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked", "license/not-frozen"]))),
)]
pub(super) async fn thaw(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    command(&app, &path, caller, |app, env, target| {
        Ok(command::thaw(&*app.store, env, target)?)
    })
    .await
}

/// Reissue the key of a license
///
/// Gives the license another key. The old key is not valid any more; term, holds and activations stay. The
/// event `license.reissued` contains the new key, and the buyer gets it by mail.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/reissue",
    operation_id = "reissueLicenseKey",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked"]))),
)]
pub(super) async fn reissue(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let answer = command(&app, &path, caller, |app, env, target| {
        Ok(reissue::reissue(&*app.store, env, target)?)
    })
    .await;
    app.mails_due.notify_one();
    answer
}

/// Extend a license
///
/// Days count from the end of the license, or from now if the license has expired. A date must be later
/// than both.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/extend",
    operation_id = "extendLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    request_body = ExtendLicenseRequest,
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked", "license/is-lifetime"]))),
)]
pub(super) async fn extend(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let ExtendLicenseRequest { duration } = read_body(&body.read().await?)?;
    command(&app, &path, caller, move |app, env, target| {
        Ok(command::extend(&*app.store, env, target, duration.0)?)
    })
    .await
}

/// By how much to extend a license.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct ExtendLicenseRequest {
    duration: schema::Duration,
}

/// Runs a command on a license of the caller's tenant, and wakes the worker that delivers the event of
/// the command.
async fn command(
    app: &web::Data<App>,
    path: &str,
    caller: TokenCaller,
    run: impl FnOnce(&App, &Env<'_>, Target<'_>) -> Result<LicenseRecord, Problem> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let id = parse_id(path, LicenseId::parse)?;
    let record = blocking(app, move |app| {
        let target = Target {
            tenant: &caller.tenant(),
            id: &id,
            actor: &caller.actor(),
        };
        run(app, &caller.env(app), target)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}

/// Revoke a license
///
/// A revoked license stays revoked.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/revoke",
    operation_id = "revokeLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked"]))),
)]
pub(super) async fn revoke(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = parse_id(&path, LicenseId::parse)?;
    let record = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        command::revoke(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}

/// Reveal the license key of a license
///
/// The audit trail records the caller.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/reveal",
    operation_id = "revealLicenseKey",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license key in the clear.", body = RevealedKey<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["licenses:reveal"])),
)]
pub(super) async fn reveal(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesReveal).await?;
    let id = parse_id(&path, LicenseId::parse)?;
    let key = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        command::reveal(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(RevealedKey { key: key.expose() }))
}
