//! `/v1/integrations/stripe/restricted-key`: the restricted key of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::stripe::key_permission::create_key_url;
use mintage_domain::model::stripe::restricted_key::{ConnectedKey, KeyText, RestrictedKey};
use mintage_domain::usecase::stripe::restricted_key::{
    self, Address, ConnectKey, RestrictedKeyError, warnings_of,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::{Detail, Problem};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::QueryParams;
use crate::schema;
use crate::views::restricted_key::{RestrictedKeyLink, RestrictedKeyView};

/// The key to connect.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct ConnectRestrictedKeyRequest {
    mode: schema::Mode,
    /// A restricted key of the mode, which begins with `rk_test_` or `rk_live_`. Other kinds of keys are refused,
    /// and are neither stored nor logged.
    key: String,
}

/// The mode of a restricted key.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ModeQuery {
    /// The mode of the key.
    #[param(required = true, nullable = false, inline, value_type = schema::Mode)]
    mode: Option<String>,
}

impl ModeQuery {
    fn read(&self) -> Result<Mode, Problem> {
        let mut params = QueryParams::new();
        let mode = params.read("mode", self.mode.as_deref(), Mode::parse);
        let required = || vec![Detail::new("mode", "is required")];
        params
            .finish(mode)?
            .ok_or_else(|| Problem::invalid_query(required()))
    }
}

/// The address of the webhook endpoint of a tenant in a mode.
fn address(app: &App, tenant: &TenantId, mode: Mode) -> Result<Address, Problem> {
    Address::new(&app.settings.public_url, tenant, mode)
        .map_err(|_| Problem::internal("the public URL does not give a webhook URL"))
}

/// The connected key of a row, and the warnings about it.
fn connected_of(
    app: &App,
    row: Option<RestrictedKey>,
) -> Result<(ConnectedKey, Vec<String>), Problem> {
    let row = row.ok_or_else(Problem::not_found)?;
    let address = address(app, &row.tenant, row.mode)?;
    let connected = row.connected.ok_or_else(Problem::not_found)?;
    let of = (&row.tenant, row.mode);
    let warnings = warnings_of(&*app.store, of, &connected, address.url.as_str())?;
    Ok((connected, warnings))
}

/// Connect a restricted key of Stripe
///
/// Proves that the key holds the eight permissions, stores it sealed, and creates a webhook endpoint on the account.
/// A key that lacks a permission is refused, and the answer names every permission that is missing. Connecting
/// another key of the same account keeps the webhook endpoint. A key that is refused changes nothing.
#[utoipa::path(
    put,
    path = "/v1/integrations/stripe/restricted-key",
    operation_id = "connectRestrictedKey",
    tag = "Integrations",
    request_body = ConnectRestrictedKeyRequest,
    responses((status = 200, description = "The key.", body = RestrictedKeyView<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "STRIPE_PERMISSIONS_MISSING",
        "stripe/account-taken",
        "stripe/key-invalid",
        "stripe/key-kind",
        "stripe/key-mode",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let body = read_body::<ConnectRestrictedKeyRequest>(&body.read().await?)?;
    let mode = body.mode.0;
    let key = KeyText::parse(&body.key, mode).map_err(RestrictedKeyError::from)?;
    let address = address(&app, &caller.tenant(), mode)?;
    let (connected, warnings) = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let new = ConnectKey {
            tenant: &tenant,
            mode,
            key,
            address: &address,
            actor: &actor,
        };
        let stripe = (&*app.restricted_stripe, &*app.key_prover);
        let row = restricted_key::connect(&*app.store, stripe, &caller.env(app), &new)?;
        connected_of(app, Some(row))
    })
    .await??;
    Ok(HttpResponse::Ok().json(RestrictedKeyView::of(mode, &connected, warnings)))
}

/// Get the restricted key of a mode
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/restricted-key",
    operation_id = "getRestrictedKey",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 200, description = "The key.", body = RestrictedKeyView<'_>)),
    security(("managementToken" = ["integrations:read"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let mode = query.read()?;
    let (connected, warnings) = blocking(&app, move |app| {
        let row = app.store.restricted_key(&caller.tenant(), mode)?;
        connected_of(app, row)
    })
    .await??;
    Ok(HttpResponse::Ok().json(RestrictedKeyView::of(mode, &connected, warnings)))
}

/// Disconnect the restricted key of a mode
///
/// The webhook endpoint is removed at Stripe, and then the key is forgotten.
#[utoipa::path(
    delete,
    path = "/v1/integrations/stripe/restricted-key",
    operation_id = "disconnectRestrictedKey",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 204, description = "The key is disconnected.")),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["common/not-found", "stripe/unavailable"]))),
)]
pub(super) async fn disconnect(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mode = query.read()?;
    let address = address(&app, &caller.tenant(), mode)?;
    call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let (store, stripe) = (&*app.store, &*app.restricted_stripe);
        let of = (&tenant, mode);
        restricted_key::disconnect(store, stripe, &caller.env(app), of, &address, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// Get the link to create a restricted key
///
/// The page of Stripe's dashboard on which the seller creates the key, with the eight permissions chosen.
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/restricted-key/link",
    operation_id = "getRestrictedKeyLink",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 200, description = "The link for the seller.", body = RestrictedKeyLink)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn link(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let url = create_key_url(query.read()?);
    Ok(HttpResponse::Ok().json(RestrictedKeyLink { url }))
}
