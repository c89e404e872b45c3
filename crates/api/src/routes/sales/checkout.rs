//! `POST /api/{tenant}/checkout` (docs.keylight.dev/stripe/connect, step 5).

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::Email;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::usecase::sales::checkout;
use mintage_domain::usecase::sales::checkout::{OpenCheckout, authorize};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::bearer;
use crate::error::ApiError;
use crate::limits;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes};
use crate::views::CheckoutOpened;

/// Opens a checkout
///
/// On the tenant's Stripe account. Answers the page to pay on. Twenty a minute.
#[utoipa::path(
    post,
    path = "/api/{tenant}/checkout",
    operation_id = "openCheckout",
    tag = "Checkout",
    params(("tenant" = inline(schema::TenantId), Path)),
    request_body = CheckoutRequest,
    responses((status = 200, description = "Where to send the buyer.", body = CheckoutOpened)),
    security(("checkoutKey" = [])),
    extensions(("x-error-codes" = json!([
        "checkout/no-price",
        "common/rate-limited",
        "stripe/amount-too-small",
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
    ]))),
)]
pub(super) async fn open(
    app: web::Data<App>,
    tenant: web::Path<String>,
    request: HttpRequest,
    body: Result<JsonBytes, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let tenant = TenantId::parse(&tenant).map_err(|_| Problem::key_invalid())?;
    let key = bearer(&request)
        .ok_or_else(Problem::key_invalid)?
        .to_owned();
    let connection = blocking(&app, move |app| authorize(&*app.store, &tenant, &key)).await??;
    let tenant = connection.tenant.as_str();
    limits::admit_exactly(&app, &request, (Limited::Checkout, tenant)).await?;
    let wanted = wanted(&body?.0)?;
    let url = blocking(&app, move |app| {
        let stripe = &*app.stripe;
        let fee = app.settings.fee;
        checkout::open(&*app.store, stripe, &app.env(), &connection, fee, &wanted)
    })
    .await??;
    Ok(HttpResponse::Ok().json(CheckoutOpened { url }))
}

/// What to sell, and where the buyer comes back to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `wanted` reads")]
struct CheckoutRequest {
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
    /// May hold `{CHECKOUT_SESSION_ID}`.
    success_url: schema::Url,
    cancel_url: schema::Url,
    customer_email: Option<schema::Email>,
}

fn wanted(body: &[u8]) -> Result<OpenCheckout, Problem> {
    let mut fields = Fields::parse(body)?;
    let product = fields.required("product_id", ProductId::parse);
    let key_type = fields.required("key_type_id", KeyTypeId::parse);
    let success_url = fields.required("success_url", WebUrl::parse);
    let cancel_url = fields.required("cancel_url", WebUrl::parse);
    let buyer = fields.optional("customer_email", Email::parse);
    fields.finish(|| {
        Some(OpenCheckout {
            product: product?,
            key_type: key_type?,
            success_url: success_url?,
            cancel_url: cancel_url?,
            buyer,
        })
    })
}
