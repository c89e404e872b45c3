//! What Stripe says of the connected account: its status, its payouts and its onboarding.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{SeenTarget, StripeAccount, StripeError};
use mintage_domain::usecase::stripe::account::{AccountError, refresh};
use mintage_domain::usecase::stripe::{onboard, status};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::{OutboundError, call_stripe};
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::PageQuery;
use crate::views::account::{ConnectionStatus, OnboardingLink, PayoutPage, PayoutView};

/// Get the Stripe connection
///
/// The server asks Stripe for the account, and answers with what Stripe last said if Stripe does not answer.
/// `next` says in order what is to be done until the connection sells.
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/status",
    operation_id = "getStripeConnection",
    tag = "Integrations",
    responses((status = 200, description = "The connection.", body = ConnectionStatus<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn status(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let tenant = caller.tenant();
    let connection = blocking(&app, move |app| app.store.connection(&caller.tenant())).await??;
    let account = connection.and_then(|known| known.state.account());
    let answer = match &account {
        Some(account) => Some(ask(&app, &tenant, account).await?),
        None => None,
    };
    let asked = answer.clone();
    let mut report = blocking(&app, move |app| {
        status::report(&*app.store, &tenant, asked.as_ref())
    })
    .await??;
    if let Some(account) = report.connection.state.account() {
        let unwritten = app.last_seen.latest(&SeenTarget::Account(account));
        report.last_event_at = report.last_event_at.max(unwritten);
    }
    Ok(HttpResponse::Ok().json(ConnectionStatus::of(&report, answer)))
}

/// Asks Stripe for an account, and stores what it says. If the server cannot ask at the moment, the account
/// is unreachable.
async fn ask(
    app: &web::Data<App>,
    tenant: &TenantId,
    account: &AccountRef,
) -> Result<Result<StripeAccount, StripeError>, Problem> {
    let (of, account) = (tenant.clone(), account.clone());
    let asked = call_stripe(app, tenant.as_str(), move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        refresh(store, stripe, &app.env(), (&of, &account), false)
    })
    .await;
    match asked {
        Ok(Ok(facts)) => Ok(Ok(facts)),
        Ok(Err(AccountError::Stripe(error))) => Ok(Err(error)),
        Ok(Err(AccountError::Failure(failure))) => Err(failure.into()),
        Err(OutboundError::Blocking(error)) => Err(error.into()),
        Err(OutboundError::Full | OutboundError::CircuitOpen(_)) => {
            Ok(Err(StripeError::Busy { retry_after: None }))
        }
    }
}

/// List payouts
///
/// Lists the newest payouts of Stripe to the owner of the connected account, at most 100. A payout is listed
/// when Stripe reports it as paid or failed.
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/payouts",
    operation_id = "listPayouts",
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = PayoutPage<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn payouts(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let payouts = blocking(&app, move |app| {
        status::payouts(&*app.store, &caller.tenant(), &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(PayoutPage::of(&payouts, PayoutView::of)))
}

/// The call needs nothing.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct OnboardRequest {}

/// Onboard the connected account
///
/// Answers a link to Stripe, where the owner of the account enters what Stripe requires. Stripe makes such
/// links for accounts that a platform onboards, such as Express accounts. When the owner comes back, the
/// server asks Stripe for the account. The link can be used once and for some minutes, and its pages here for
/// an hour.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/onboard",
    operation_id = "onboardStripeAccount",
    tag = "Integrations",
    request_body = OnboardRequest,
    responses((status = 200, description = "The link for the owner.", body = OnboardingLink,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn onboard(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let OnboardRequest {} = read_body(&body.read().await?)?;
    let url = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (store, stripe, public_url) = (&*app.store, &*app.stripe, &app.settings.public_url);
        onboard::start(
            store,
            stripe,
            &caller.env(app),
            &caller.tenant(),
            public_url,
        )
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(OnboardingLink { url }))
}
