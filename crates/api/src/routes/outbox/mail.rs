//! `/v1/mail`, and a license's mails: whether buyers are mailed their keys, and what came of it.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::LicenseId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::outbox::mail;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, PageQuery, parse_id};
use crate::views::{MailSettingView, MailView, PageView};

/// Whether buyers are mailed their keys
#[utoipa::path(
    get,
    path = "/v1/mail",
    operation_id = "getMail",
    tag = "Integrations",
    responses((status = 200, description = "The switch, and the server's side of it.", body = MailSettingView)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let tenant = blocking(&app, move |app| app.store.tenant(&caller.tenant()))
        .await??
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(MailSettingView::of(app.mailer.as_ref(), tenant.mails)))
}

/// What switches mail on or off.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `set` reads")]
struct MailSwitch {
    /// Whether each new key is mailed.
    enabled: bool,
}

/// Has each new key mailed to its buyer, or not
///
/// Mails that wait are sent all the same.
#[utoipa::path(
    put,
    path = "/v1/mail",
    operation_id = "setMail",
    tag = "Integrations",
    request_body = MailSwitch,
    responses((status = 200, description = "The switch as it is now.", body = MailSettingView)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let enabled = fields.required_bool("enabled");
    let enabled = fields.finish(|| enabled)?;
    let tenant = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        mail::switch(&*app.store, &app.env(), &tenant, &actor, enabled)
    })
    .await??;
    Ok(HttpResponse::Ok().json(MailSettingView::of(app.mailer.as_ref(), tenant.mails)))
}

/// Lists what became of a license's mails
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/mails",
    operation_id = "listMails",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageView<MailView>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let (id, page) = (parse_id(&path, LicenseId::parse)?, query.read()?);
    let mails = blocking(&app, move |app| {
        let tenant = caller.tenant();
        let known = app.store.license(&tenant, &id)?;
        known
            .map(|_| app.store.mails(&tenant, &id, &page))
            .transpose()
    })
    .await??
    .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(PageView::of(&mails, MailView::of)))
}

/// Mails a license's key to its buyer again
///
/// Whatever the tenant's switch says; five times an hour for each license. Audited.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/resend",
    operation_id = "resendLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 202, description = "It is due.", body = MailView)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!([
        "common/rate-limited",
        "license/already-revoked",
        "mail/not-configured",
    ]))),
)]
pub(super) async fn resend(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = parse_id(&path, LicenseId::parse)?;
    let mailing = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let is_configured = app.mailer.is_some();
        mail::resend(&*app.store, &app.env(), &tenant, &id, &actor, is_configured)
    })
    .await??;
    app.mails_due.notify_one();
    Ok(HttpResponse::Accepted().json(MailView::of(&mailing)))
}
