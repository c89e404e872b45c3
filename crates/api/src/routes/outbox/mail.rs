//! `/v1/mail`: the mail settings of a tenant; and the mails of a license.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::LicenseId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::outbox::mail;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::outbox::{MailPage, MailSettingsView, MailView};

/// Get the mail settings
#[utoipa::path(
    get,
    path = "/v1/mail",
    operation_id = "getMailSettings",
    tag = "Integrations",
    responses((status = 200, description = "The mail settings.", body = MailSettingsView)),
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
    Ok(HttpResponse::Ok().json(MailSettingsView::of(app.mailer.as_ref(), tenant.mails)))
}

/// The mail settings of the tenant.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct UpdateMailSettingsRequest {
    /// Whether to send each new license key to its buyer.
    enabled: bool,
}

/// Update the mail settings
///
/// Mails that already wait are sent in any case.
#[utoipa::path(
    put,
    path = "/v1/mail",
    operation_id = "updateMailSettings",
    tag = "Integrations",
    request_body = UpdateMailSettingsRequest,
    responses((status = 200, description = "The mail settings after the update.", body = MailSettingsView)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn update(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let UpdateMailSettingsRequest { enabled } = read_body(&body.read().await?)?;
    let tenant = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let switched = mail::switch(&*app.store, &caller.env(app), &tenant, &actor, enabled);
        app.configuration.expire();
        switched
    })
    .await??;
    Ok(HttpResponse::Ok().json(MailSettingsView::of(app.mailer.as_ref(), tenant.mails)))
}

/// List the mails of a license
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/mails",
    operation_id = "listMails",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = MailPage)),
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
    let license = id.clone();
    let mails = blocking(&app, move |app| {
        let tenant = caller.tenant();
        let known = app.store.license(&tenant, &id)?;
        known
            .map(|_| app.store.mails(&tenant, &id, &page))
            .transpose()
    })
    .await??
    .ok_or_else(Problem::not_found)?;
    let body = MailPage::of(&mails, |mail| MailView::of(&license, mail));
    Ok(HttpResponse::Ok().json(body))
}

/// Send the license key to the buyer again
///
/// Sends the mail even if the mail settings are off; at most five times an hour for each license. The
/// audit trail records the caller.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/resend",
    operation_id = "resendLicenseKey",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 202, description = "The mail, which is due now.", body = MailView)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!([
        "common/rate-limited",
        "license/already-revoked",
        "mail/not-configured",
        "mail/unmailable",
    ]))),
)]
pub(super) async fn resend(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = parse_id(&path, LicenseId::parse)?;
    let license = id.clone();
    let mailing = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let is_configured = app.mailer.is_some();
        mail::resend(
            &*app.store,
            &caller.env(app),
            &tenant,
            &id,
            &actor,
            is_configured,
        )
    })
    .await??;
    app.mails_due.notify_one();
    Ok(HttpResponse::Accepted().json(MailView::of(&license, &mailing)))
}
