//! `/v1/integrations/stripe`: the Stripe account of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::StripeEventId;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::prices;
use mintage_domain::usecase::stripe::{connect, leave, parked};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::stripe::{
    CheckoutKey, ConnectLink, ParkedEvent, ParkedEventPage, SetUpPricesResult,
};

/// The mode to connect in.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct ConnectStripeRequest {
    mode: schema::Mode,
}

/// Connect a Stripe account
///
/// Answers the link to a page for the seller, which names the tenant and the mode and goes on to Stripe.
/// The link is good for ten minutes. The same call switches a tenant from sandbox to live. A tenant whose
/// access was revoked at Stripe can connect again.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/connect",
    operation_id = "connectStripe",
    tag = "Integrations",
    request_body = ConnectStripeRequest,
    responses((status = 200, description = "The link for the seller.", body = ConnectLink)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "connect/live-is-one-way",
        "plan/upgrade-required",
        "stripe/mode-refused",
        "stripe/not-configured",
    ]))),
)]
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let ConnectStripeRequest { mode } = read_body(&body.read().await?)?;
    let mode = mode.0;
    let redirect = callback_url(&app)?;
    let ticket = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let by = (&caller.tenant(), caller.token_id());
        connect::start(store, stripe, &caller.env(app), by, mode, &redirect)
    })
    .await??;
    let url = connect_page_url(&app, &ticket);
    Ok(HttpResponse::Ok().json(ConnectLink { url, mode }))
}

/// The page that Stripe sends a seller back to.
pub(super) fn callback_url(app: &App) -> Result<WebUrl, Problem> {
    let callback = format!("{}/stripe/callback", app.settings.public_url);
    WebUrl::parse(&callback)
        .map_err(|_| Problem::internal("the public URL does not give a callback URL"))
}

/// The page where a seller begins to connect an account.
pub(super) fn connect_page_url(app: &App, ticket: &Secret) -> String {
    let public_url = &app.settings.public_url;
    format!("{public_url}/stripe/connect/{}", ticket.expose())
}

/// Make the Stripe prices of all key types right
///
/// Compares each key type with its product and price on the connected account. Creates what is missing,
/// or was deleted there or wiped with test data; makes active what was archived; names the Stripe
/// product after product and key type; archives prices of other amounts. Key types that are right
/// already, or are not sold by checkout, are skipped.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/setup-prices",
    operation_id = "setUpPrices",
    tag = "Integrations",
    responses((status = 200, description = "The prices that were created and repaired.", body = SetUpPricesResult<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "stripe/amount-too-small",
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn set_up_prices(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let prices = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        prices::set_up_prices(&*app.store, &*app.stripe, &caller.env(app), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok().json(SetUpPricesResult::of(&prices)))
}

/// Rotate the checkout key
///
/// The old key is refused at once. No later answer contains the new key.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/rotate-checkout-key",
    operation_id = "rotateCheckoutKey",
    tag = "Integrations",
    responses((status = 200, description = "The new checkout key.", body = CheckoutKey<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["stripe/not-connected"]))),
)]
pub(super) async fn rotate_checkout_key(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let key = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        connect::rotate_checkout_key(&*app.store, &caller.env(app), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(CheckoutKey {
            checkout_key: key.expose(),
        }))
}

/// Disconnect the Stripe account
#[utoipa::path(
    delete,
    path = "/v1/integrations/stripe",
    operation_id = "disconnectStripe",
    tag = "Integrations",
    responses((status = 204, description = "The account is disconnected.")),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["stripe/not-connected", "stripe/unavailable"]))),
)]
pub(super) async fn disconnect(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        leave::disconnect(&*app.store, &*app.stripe, &caller.env(app), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// List parked events
///
/// Lists Stripe events that should have issued a license and could not yet. The server retries these
/// events for 30 days, first after five minutes and at last every six hours.
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/parked",
    operation_id = "listParkedEvents",
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = ParkedEventPage<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn list_parked(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let parked = blocking(&app, move |app| app.store.parked(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(ParkedEventPage::of(&parked, ParkedEvent::of)))
}

/// Retry a parked event
///
/// Retries the event within half a minute, for example after you have repaired the cause. An event that
/// was given up is retried too.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/parked/{id}/retry",
    operation_id = "retryParkedEvent",
    tag = "Integrations",
    params(("id" = inline(schema::StripeEventId), Path)),
    responses((status = 202, description = "The event, which is due now.", body = ParkedEvent<'_>)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn retry_parked(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, StripeEventId::parse)?;
    let event = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        parked::retry(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::Accepted().json(ParkedEvent::of(&event)))
}
