//! `POST /api/{tenant}/checkout` (docs.keylight.dev/stripe/connect, step 5).

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::usecase::sales::checkout::{self, OpenCheckout, authorize};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::{bearer, note};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::views::sales::CheckoutSession;
use crate::{limits, schema};

/// The key type to sell, and where the buyer returns to.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct CreateCheckoutRequest {
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
    /// May contain `{CHECKOUT_SESSION_ID}`. The default is the thank-you page of this server, which
    /// shows the license key.
    #[deserr(default)]
    success_url: Option<schema::Url>,
    cancel_url: schema::Url,
    #[deserr(default)]
    customer_email: Option<schema::Email>,
}

impl From<CreateCheckoutRequest> for OpenCheckout {
    fn from(body: CreateCheckoutRequest) -> Self {
        Self {
            product: body.product_id.0,
            key_type: body.key_type_id.0,
            success_url: body.success_url.map(|url| url.0),
            cancel_url: body.cancel_url.0,
            buyer: body.customer_email.map(|email| email.0),
        }
    }
}

/// Create a checkout session
///
/// Creates the session on the Stripe account of the tenant. A tenant may create 20 sessions a minute.
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
        "catalog/deactivated",
        "checkout/no-price",
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
    let wanted = read_body::<CreateCheckoutRequest>(&body.read().await?)?.into();
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
