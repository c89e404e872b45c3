//! `/v1/products/{id}/stripe-key`: the Stripe key with which checkouts of a product are opened.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::stripe::seller_key::OwnStripeKey;
use mintage_domain::usecase::stripe::product_key;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::{Detail, ErrorCode, Problem};
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::parse_id;
use crate::schema;
use crate::views::seller_stripe::ProductKeyView;

/// The key: `sk_live_...`, `sk_test_...`, `rk_live_...` or `rk_test_...`.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct SetProductStripeKeyRequest {
    key: schema::SecretText,
}

fn read_key(text: &str) -> Result<OwnStripeKey, Problem> {
    OwnStripeKey::parse(text).map_err(|error| Problem {
        details: vec![Detail::new("key", error.to_string())],
        ..Problem::new(
            ErrorCode::StripeKeyKind,
            "this is not a key that opens checkouts",
        )
    })
}

/// Set the Stripe key of a product
///
/// Checkouts of the product are then opened with this key, on the account of the key, without Connect and
/// without a fee. The key names the mode. It is proven by a call of Stripe, sealed, and never shown again.
/// Payments are told to the manual endpoint, which must be set.
#[utoipa::path(
    put,
    path = "/v1/products/{id}/stripe-key",
    operation_id = "setProductStripeKey",
    tag = "Catalog",
    params(("id" = inline(schema::ProductId), Path)),
    request_body = SetProductStripeKeyRequest,
    responses((status = 200, description = "What the key is known by.", body = ProductKeyView)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "stripe/failed",
        "stripe/key-invalid",
        "stripe/key-kind",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn set(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let product = parse_id(&path, ProductId::parse)?;
    let body: SetProductStripeKeyRequest = read_body(&body.read().await?)?;
    let key = read_key(body.key.0.expose())?;
    check_circuit(&app, key.mode(), None)?;
    let set = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let (store, stripe, env) = (&*app.store, &*app.stripe, caller.env(app));
        product_key::set_product_key(store, stripe, &env, (&tenant, &product), &actor, &key)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ProductKeyView::of(&set)))
}

/// Remove the Stripe key of a product
#[utoipa::path(
    delete,
    path = "/v1/products/{id}/stripe-key",
    operation_id = "removeProductStripeKey",
    tag = "Catalog",
    params(("id" = inline(schema::ProductId), Path)),
    responses((status = 204, description = "The key is removed.")),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn remove(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let product = parse_id(&path, ProductId::parse)?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let of = (&tenant, &product);
        product_key::remove_product_key(&*app.store, &caller.env(app), of, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}
