//! `/v1/integrations/stripe`: a tenant's Stripe account.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::processed_event::EventOutcome;
use mintage_domain::ports::StripeError;
use mintage_domain::usecase::catalog::prices;
use mintage_domain::usecase::stripe::connect;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, PageQuery};
use crate::views::{
    AccountReached, AccountStatus, AccountUnreached, ConnectBegun, ConnectionStatus,
    NewCheckoutKey, PageView, ParkedEvent, PriceMade, PriceSkipped, PricesMade,
};

/// Begins connecting a Stripe account
///
/// Answers the page where the seller grants access. A switch to live likewise.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/connect",
    operation_id = "connectStripe",
    tag = "Integrations",
    request_body = ConnectRequest,
    responses((status = 200, description = "Where to send the seller.", body = ConnectBegun)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "quota/connect-not-included",
        "stripe/mode-refused",
        "stripe/not-configured",
    ]))),
)]
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let mode = fields.required("mode", Mode::parse);
    let mode = fields.finish(|| mode)?;
    let callback = format!("{}/stripe/callback", app.settings.public_url);
    let redirect = WebUrl::parse(&callback)
        .map_err(|_| Problem::internal("the public URL makes no callback"))?;
    let url = blocking(&app, move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        connect::start(store, stripe, &app.env(), &caller.tenant(), mode, &redirect)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ConnectBegun { url, mode }))
}

/// Makes a Stripe price for each key type
///
/// On the connected account. What has its price already, or is not for sale, is skipped.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/setup-prices",
    operation_id = "setUpPrices",
    tag = "Integrations",
    responses((status = 200, description = "What was made.", body = PricesMade<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "stripe/amount-too-small",
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
    ]))),
)]
pub(super) async fn set_up_prices(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let done = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        prices::set_up_prices(&*app.store, &*app.stripe, &app.env(), &tenant, &actor)
    })
    .await??;
    let created = done.created.iter().map(|link| PriceMade {
        product_id: &link.product,
        key_type_id: &link.key_type,
        stripe_price_id: &link.stripe_price,
    });
    let skipped = done.skipped.iter().map(|key_type| PriceSkipped {
        product_id: &key_type.product,
        key_type_id: &key_type.id,
    });
    Ok(HttpResponse::Ok().json(PricesMade {
        created: created.collect(),
        skipped: skipped.collect(),
    }))
}

/// Shows the connection
///
/// And what Stripe says of the account.
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/status",
    operation_id = "getStripeStatus",
    tag = "Integrations",
    responses((status = 200, description = "The connection.", body = ConnectionStatus)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn status(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let status = blocking(&app, move |app| {
        let connection = app.store.connection(&caller.tenant())?;
        let account = connection.as_ref().and_then(|known| known.state.account());
        Ok::<_, Problem>(ConnectionStatus {
            connected: account.is_some(),
            mode: account.as_ref().map(|account| account.mode),
            has_checkout_key: connection.is_some_and(|known| known.checkout_key.is_some()),
            account: account.map(|account| account_status(app, account)),
        })
    })
    .await??;
    Ok(HttpResponse::Ok().json(status))
}

/// What Stripe says; that it does not answer must not hide that the tenant is connected.
fn account_status(app: &App, account: AccountRef) -> AccountStatus {
    match app.stripe.account(&account) {
        Ok(said) => AccountStatus::Reached(AccountReached {
            id: said.id,
            reachable: true,
            charges_enabled: said.charges_enabled,
            payouts_enabled: said.payouts_enabled,
            details_submitted: said.details_submitted,
            kind: said.kind,
            country: said.country,
            default_currency: said.default_currency,
        }),
        Err(error) => AccountStatus::Unreached(AccountUnreached {
            id: account.account,
            reachable: false,
            access_revoked: error == StripeError::AccountGone,
        }),
    }
}

/// Replaces the checkout key
///
/// The old one dies at once; the new one is shown this once.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/rotate-checkout-key",
    operation_id = "rotateCheckoutKey",
    tag = "Integrations",
    responses((status = 200, description = "The new key.", body = NewCheckoutKey<'_>,
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
        connect::rotate_checkout_key(&*app.store, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(NewCheckoutKey {
            checkout_key: key.expose(),
        }))
}

/// Disconnects the Stripe account
#[utoipa::path(
    delete,
    path = "/v1/integrations/stripe",
    operation_id = "disconnectStripe",
    tag = "Integrations",
    responses((status = 204, description = "It is disconnected.")),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["stripe/not-connected"]))),
)]
pub(super) async fn disconnect(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        connect::disconnect(&*app.store, &*app.stripe, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists what should have minted and could not yet
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/parked",
    operation_id = "listParkedEvents",
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = PageView<ParkedEvent<'_>>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn parked(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let parked = blocking(&app, move |app| app.store.parked(&caller.tenant(), &page)).await??;
    let body = PageView::of(&parked, |event| {
        let (reason, retry_at) = match &event.outcome {
            EventOutcome::Parked {
                reason, retry_at, ..
            } => (Some(reason), Some(retry_at)),
            EventOutcome::Applied | EventOutcome::Ignored(_) => (None, None),
        };
        ParkedEvent {
            id: &event.id,
            kind: &event.kind,
            account: event.account.as_ref(),
            reason: reason.map(String::as_str),
            retry_at: retry_at.map(|at| at.to_rfc3339()),
            received_at: event.received_at.to_rfc3339(),
        }
    });
    Ok(HttpResponse::Ok().json(body))
}

/// In which mode to connect.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `connect` reads")]
struct ConnectRequest {
    mode: schema::Mode,
}
