//! `POST /v1/licenses/{id}/freeze`, `/thaw`, `/extend`: each answers the license as it is then.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::LicenseId;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::LicenseRecord;
use mintage_domain::usecase::licenses::command::{self, Target};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, parse_id};
use crate::views::{LicenseView, RevealedKey};

/// Freezes a license
///
/// It is not good until it is thawed.
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
    command(&app, &path, &request, |app, target| {
        Ok(command::freeze(&*app.store, &app.env(), target)?)
    })
    .await
}

/// Thaws a license
///
/// Ends what `freeze` began. What else holds the license goes on holding it.
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
    command(&app, &path, &request, |app, target| {
        Ok(command::thaw(&*app.store, &app.env(), target)?)
    })
    .await
}

/// Extends a license
///
/// Days count from its end, or from now if that is past; a date must be later than both.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/extend",
    operation_id = "extendLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    request_body = Extension,
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked", "license/is-lifetime"]))),
)]
pub(super) async fn extend(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    command(&app, &path, &request, move |app, target| {
        let by = duration(&body.0)?;
        Ok(command::extend(&*app.store, &app.env(), target, by)?)
    })
    .await
}

/// How far the end of a license moves away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `duration` reads")]
struct Extension {
    duration: schema::Duration,
}

fn duration(body: &[u8]) -> Result<Term, Problem> {
    let mut fields = Fields::parse(body)?;
    let duration = fields.required("duration", Term::parse);
    fields.finish(|| duration)
}

/// Gives a command to a license of the caller's tenant; what comes of it is delivered at once.
async fn command(
    app: &web::Data<App>,
    path: &str,
    request: &HttpRequest,
    give: impl FnOnce(&App, Target<'_>) -> Result<LicenseRecord, Problem> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(app, request, TokenScope::LicensesWrite).await?;
    let id = parse_id(path, LicenseId::parse)?;
    let record = blocking(app, move |app| {
        let target = Target {
            tenant: &caller.tenant(),
            id: &id,
            actor: &caller.actor(),
        };
        give(app, target)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}

/// Revokes a license
///
/// For good.
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
        command::revoke(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}

/// Shows the key of a license
///
/// The audit trail tells who saw it.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/reveal",
    operation_id = "revealLicenseKey",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The key in the clear.", body = RevealedKey<'_>,
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
        command::reveal(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(RevealedKey { key: key.expose() }))
}
