//! `/v1/mail`, and a license's mails: whether buyers are mailed their keys, and what came of it.

use super::licenses::id;
use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::email::Email;
use mintage_domain::id::{LicenseId, MailId};
use mintage_domain::mail::{MailStatus, Mailing};
use mintage_domain::management_token::TokenScope;
use mintage_domain::usecase::mail;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether buyers are mailed their keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MailSetting)]
struct Setting {
    /// Whether each new key is mailed: the tenant's own switch.
    enabled: bool,
    /// Whether this server has a mail server to send by.
    configured: bool,
    /// Where mail comes from.
    #[schema(required)]
    from: Option<String>,
    /// What keeps mail from being sent, in a sentence.
    #[schema(required)]
    problem: Option<&'static str>,
}

impl Setting {
    fn of(app: &App, enabled: bool) -> Self {
        let from = app.mailer.as_ref().map(|mailer| mailer.from.to_string());
        Self {
            enabled,
            configured: from.is_some(),
            problem: from.is_none().then_some(
                "this server has no mail server: keys wait for one for three days, and then are \
                 not mailed",
            ),
            from,
        }
    }
}

/// A license's key on its way to its buyer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Mail)]
struct Mailed {
    #[schema(value_type = words::MailId)]
    id: MailId,
    #[schema(value_type = words::LicenseId)]
    license_id: LicenseId,
    #[schema(value_type = words::Email)]
    to: Email,
    #[schema(value_type = words::MailStatus)]
    status: &'static str,
    /// Why it was not sent so far, or will not be.
    #[schema(required)]
    reason: Option<String>,
    /// How many attempts were begun.
    attempt_count: u32,
    /// When it is tried next.
    #[schema(required, value_type = Option<words::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = words::Time)]
    created_at: String,
}

impl Mailed {
    fn of(mailing: &Mailing) -> Self {
        let status = match mailing.status {
            // The attempt under way is counted already, and the first one retries nothing.
            MailStatus::Leased if mailing.attempts > 1 => "retrying",
            MailStatus::Pending if mailing.attempts > 0 => "retrying",
            MailStatus::Pending | MailStatus::Leased => "pending",
            settled => settled.as_str(),
        };
        let waits = mailing.status == MailStatus::Pending;
        Self {
            id: mailing.id.clone(),
            license_id: mailing.license.clone(),
            to: mailing.to.clone(),
            status,
            reason: mailing.reason.clone(),
            attempt_count: mailing.attempts,
            next_attempt_at: waits.then(|| mailing.due_at.to_rfc3339()),
            created_at: mailing.created_at.to_rfc3339(),
        }
    }
}

/// Whether buyers are mailed their keys
#[utoipa::path(
    get,
    path = "/v1/mail",
    operation_id = "getMail",
    tag = "Integrations",
    responses((status = 200, description = "The switch, and the server's side of it.", body = Setting)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let tenant = blocking(&app, move |app| app.store.tenant(&caller.tenant()))
        .await??
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(Setting::of(&app, tenant.mails)))
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
    responses((status = 200, description = "The switch as it is now.", body = Setting)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let enabled = fields.required_bool("enabled");
    let enabled = fields.finish(|| enabled)?;
    let tenant = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        mail::switch(&*app.store, &app.env(), &tenant, &actor, enabled)
    })
    .await??;
    Ok(HttpResponse::Ok().json(Setting::of(&app, tenant.mails)))
}

/// Lists what became of a license's mails
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/mails",
    operation_id = "listMails",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<Mailed>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let (id, page) = (id(&path)?, query.read()?);
    let mails = blocking(&app, move |app| {
        let tenant = caller.tenant();
        let known = app.store.license(&tenant, &id)?;
        known
            .map(|_| app.store.mails(&tenant, &id, &page))
            .transpose()
    })
    .await??
    .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(PageBody::of(&mails, Mailed::of)))
}

/// Mails a license's key to its buyer again
///
/// Whatever the tenant's switch says; five times an hour for each license. Audited.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/resend",
    operation_id = "resendLicense",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path)),
    responses((status = 202, description = "It is due.", body = Mailed)),
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
    let caller = Caller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = id(&path)?;
    let mailing = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let is_configured = app.mailer.is_some();
        mail::resend(&*app.store, &app.env(), &tenant, &id, &actor, is_configured)
    })
    .await??;
    app.mails_due.notify_one();
    Ok(HttpResponse::Accepted().json(Mailed::of(&mailing)))
}
