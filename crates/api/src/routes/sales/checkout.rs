//! `POST /api/{tenant}/checkout` (docs.keylight.dev/stripe/connect, step 5).

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::sales::items::{CheckoutItem, CheckoutItems, InvalidItems, Quantity};
use mintage_domain::usecase::sales::checkout::{self, OpenCheckout, authorize};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::{bearer, note};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, Fields, REQUIRED, read_body_with};
use crate::views::sales::CheckoutSession;
use crate::{limits, schema};

/// What to sell, and where the buyer returns to: either one key type by `product_id` and `key_type_id`, or
/// several by `items`.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct CreateCheckoutRequest {
    /// Required without `items`.
    #[deserr(default)]
    product_id: Option<schema::ProductId>,
    /// Required without `items`.
    #[deserr(default)]
    key_type_id: Option<schema::KeyTypeId>,
    /// How many of the key type. The default is 1.
    #[deserr(default)]
    quantity: Option<schema::Quantity>,
    /// At most 20 items, each with another key type, in one currency, of at most 100 licenses together.
    /// Not together with `product_id`, `key_type_id` and `quantity`.
    #[deserr(default)]
    #[schema(min_items = 1, max_items = 20)]
    items: Option<Vec<CheckoutItemRequest>>,
    /// Carried to each license of the order.
    #[deserr(default)]
    metadata: Option<schema::Metadata>,
    /// May contain `{CHECKOUT_SESSION_ID}`. The default is the thank-you page of this server, which
    /// shows the license key.
    #[deserr(default)]
    success_url: Option<schema::Url>,
    cancel_url: schema::Url,
    #[deserr(default)]
    customer_email: Option<schema::Email>,
}

/// A key type to sell, and how many of it.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct CheckoutItemRequest {
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
    /// The default is 1.
    #[deserr(default)]
    quantity: Option<schema::Quantity>,
}

impl CreateCheckoutRequest {
    fn read(body: &[u8]) -> Result<OpenCheckout, Problem> {
        let body = read_body_with::<Self>(body, check_items)?;
        let items = body.items.or_else(|| {
            let item = CheckoutItemRequest {
                product_id: body.product_id?,
                key_type_id: body.key_type_id?,
                quantity: body.quantity,
            };
            Some(vec![item])
        });
        Ok(OpenCheckout {
            items: read_items(items.unwrap_or_default())?,
            metadata: body.metadata.map(|it| it.0).unwrap_or_default(),
            success_url: body.success_url.map(|url| url.0),
            cancel_url: body.cancel_url.0,
            buyer: body.customer_email.map(|email| email.0),
        })
    }
}

/// Either `items` are given, or the product and the key type.
fn check_items(fields: &Fields<'_>) -> Result<(), Faults> {
    let pair = ["product_id", "key_type_id"];
    if fields.has("items") {
        if pair
            .iter()
            .chain(&["quantity"])
            .any(|name| fields.has(name))
        {
            let message = "must not be given together with product_id, key_type_id or quantity";
            return Err(Faults::one("items", message));
        }
        return fields
            .get::<Vec<CheckoutItemRequest>>("items")
            .map_or(Ok(()), |items| read_items(items).map(drop));
    }
    let missing = pair.into_iter().filter(|name| !fields.has(name));
    let missing = missing.map(|name| Faults::one(name, REQUIRED));
    missing.reduce(Faults::and).map_or(Ok(()), Err)
}

fn read_items(items: Vec<CheckoutItemRequest>) -> Result<CheckoutItems, Faults> {
    let items = items.into_iter().map(|item| CheckoutItem {
        product: item.product_id.0,
        key_type: item.key_type_id.0,
        quantity: item.quantity.map_or(Quantity::ONE, |quantity| quantity.0),
    });
    CheckoutItems::new(items.collect()).map_err(|error| match error {
        InvalidItems::Repeated(index) => Faults::one(format!("items.{index}"), error),
        InvalidItems::Empty | InvalidItems::TooMany => Faults::one("items", error),
    })
}

/// Create a checkout session
///
/// Creates the session on the Stripe account of the tenant. A tenant may create 20 sessions a minute.
///
/// A session allows promotion codes if all its key types do; it asks for tax ids, and writes an invoice, if
/// one of them does. Key types that differ in `automaticTax` or `managedPayments` are not sold together.
/// A tenant whose plan allows no further license, or whose product is deactivated, creates none.
#[utoipa::path(
    post,
    path = "/api/{tenant}/checkout",
    operation_id = "createCheckout",
    tag = "Checkout",
    params(("tenant" = inline(schema::TenantId), Path)),
    request_body = CreateCheckoutRequest,
    responses((status = 200, description = "The checkout session.", body = CheckoutSession)),
    security(("checkoutKey" = [])),
    extensions(("x-error-codes" = json!([
        "catalog/archived",
        "checkout/managed-payments-fee",
        "catalog/deactivated",
        "checkout/no-price",
        "checkout/not-together",
        "checkout/too-large",
        "common/rate-limited",
        "plan/upgrade-required",
        "quota/licenses-exceeded",
        "stripe/amount-too-small",
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
        "tenant/suspended",
    ]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    tenant: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let tenant = TenantId::parse(&tenant).map_err(|_| Problem::key_invalid())?;
    let key = bearer(&request)
        .ok_or_else(Problem::key_invalid)?
        .to_owned();
    let connection = blocking(&app, move |app| authorize(&*app.store, &tenant, &key)).await??;
    note(&request, &connection.tenant, "checkout-key");
    let tenant = connection.tenant.as_str();
    limits::admit_exactly(&app, &request, (Limited::Checkout, tenant)).await?;
    let wanted = CreateCheckoutRequest::read(&body.read().await?)?;
    if let Some(account) = connection.state.account() {
        check_circuit(&app, account.mode, Some(&account.account))?;
    }
    let tenant = connection.tenant.clone();
    let url = call_stripe(&app, tenant.as_str(), move |app| {
        let stripe = &*app.stripe;
        let offer = (app.settings.fee, &app.settings.public_url);
        checkout::open(&*app.store, stripe, &app.env(), &connection, offer, &wanted)
    })
    .await??;
    Ok(HttpResponse::Ok().json(CheckoutSession { url }))
}
