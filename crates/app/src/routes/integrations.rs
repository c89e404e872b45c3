//! `/v1/integrations/stripe`: a tenant's Stripe account.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::connection::AccountRef;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::ports::StripeError;
use mintage_domain::stripe_event::HeardOutcome;
use mintage_domain::usecase::{connect, prices};
use mintage_domain::web_url::WebUrl;
use serde_json::{Value, json};

/// `POST .../connect {mode}` -> `{url, mode}`: begins an OAuth round; a switch to live likewise.
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let mode = fields.required("mode", Mode::parse);
    let mode = fields.finish(|| mode)?;
    let callback = format!("{}/stripe/callback", app.settings.public_url);
    let redirect = WebUrl::parse(&callback)
        .map_err(|_| ApiError::internal("the public URL makes no callback"))?;
    let url = blocking(&app, move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        connect::start(store, stripe, &app.env(), &caller.tenant(), mode, &redirect)
    })
    .await??;
    Ok(HttpResponse::Ok().json(json!({"url": url, "mode": mode})))
}

/// `POST .../setup-prices` -> `{created, skipped}`.
pub(super) async fn set_up_prices(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let done = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        prices::set_up_prices(&*app.store, &*app.stripe, &app.env(), &tenant, &actor)
    })
    .await??;
    let created: Vec<Value> = done
        .created
        .iter()
        .map(|link| {
            json!({
                "productId": link.product,
                "keyTypeId": link.key_type,
                "stripePriceId": link.stripe_price,
            })
        })
        .collect();
    let skipped: Vec<Value> = done
        .skipped
        .iter()
        .map(|key_type| json!({"productId": key_type.product, "keyTypeId": key_type.id}))
        .collect();
    Ok(HttpResponse::Ok().json(json!({"created": created, "skipped": skipped})))
}

/// `GET .../status`: the connection, and what Stripe says of the account.
pub(super) async fn status(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let status = blocking(&app, move |app| {
        let connection = app.store.connection(&caller.tenant())?;
        let account = connection.as_ref().and_then(|known| known.state.account());
        Ok::<_, ApiError>(json!({
            "connected": account.is_some(),
            "mode": account.as_ref().map(|account| account.mode),
            "hasCheckoutKey": connection.is_some_and(|known| known.checkout_key.is_some()),
            "account": account.map(|account| account_status(app, &account)),
        }))
    })
    .await??;
    Ok(HttpResponse::Ok().json(status))
}

/// What Stripe says; that it does not answer must not hide that the tenant is connected.
fn account_status(app: &App, account: &AccountRef) -> Value {
    match app.stripe.account(account) {
        Ok(said) => json!({
            "id": said.id,
            "reachable": true,
            "chargesEnabled": said.charges_enabled,
            "payoutsEnabled": said.payouts_enabled,
            "detailsSubmitted": said.details_submitted,
            "type": said.kind,
            "country": said.country,
            "defaultCurrency": said.default_currency,
        }),
        Err(error) => json!({
            "id": account.account,
            "reachable": false,
            "accessRevoked": error == StripeError::AccountGone,
        }),
    }
}

/// `POST .../rotate-checkout-key` -> `{checkoutKey}`, shown once.
pub(super) async fn rotate_checkout_key(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let key = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        connect::rotate_checkout_key(&*app.store, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(json!({ "checkoutKey": key.expose() })))
}

/// `DELETE /v1/integrations/stripe`.
pub(super) async fn disconnect(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        connect::disconnect(&*app.store, &*app.stripe, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET .../parked`: events that should have minted and could not yet.
pub(super) async fn parked(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let parked = blocking(&app, move |app| app.store.parked(&caller.tenant(), &page)).await??;
    let body = PageBody::of(&parked, |event| {
        let (reason, retry_at) = match &event.outcome {
            HeardOutcome::Parked {
                reason, retry_at, ..
            } => (Some(reason), Some(retry_at)),
            HeardOutcome::Applied | HeardOutcome::Ignored(_) => (None, None),
        };
        json!({
            "id": event.id,
            "type": event.kind,
            "account": event.account,
            "reason": reason,
            "retryAt": retry_at.map(|at| at.to_rfc3339()),
            "receivedAt": event.received_at.to_rfc3339(),
        })
    });
    Ok(HttpResponse::Ok().json(body))
}
