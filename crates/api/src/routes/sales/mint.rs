//! `POST /v1/orders/{id}/mint`: mints the licenses of an order that nothing said what it sold.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::OrderId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::sales::sold_by::sold_by;
use mintage_domain::usecase::stripe::unmapped::{self, MintOrder};
use mintage_runtime::app::App;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::parse_id;
use crate::schema;
use crate::views::sales::OrderView;

/// What the order sold. Without `keyTypeId`, the metadata of the session or a mapping say it.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct MintOrderRequest {
    /// May be left out where the tenant has only one key type of this id.
    #[deserr(default)]
    product_id: Option<schema::ProductId>,
    #[deserr(default)]
    key_type_id: Option<schema::KeyTypeId>,
    /// The number of licenses.
    #[deserr(default)]
    quantity: Option<schema::Quantity>,
}

/// Mint the licenses of an order
///
/// For an order with the status `unmapped`: it was paid at the seller's own endpoint, and neither the metadata
/// of its session nor a mapping said what was sold. A mapping that was set since is followed. With a restricted
/// key the price is read at Stripe.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/mint",
    operation_id = "mintOrder",
    tag = "Sales",
    params(("id" = inline(schema::OrderId), Path)),
    request_body = MintOrderRequest,
    responses((status = 200, description = "The order, which is fulfilled.", body = OrderView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!([
        "order/not-unmapped",
        "order/refunded",
        "order/unmapped",
        "stripe/key-invalid",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn mint(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = parse_id(&path, OrderId::parse)?;
    let body: MintOrderRequest = read_body(&body.read().await?)?;
    let wanted = MintOrder {
        product: body.product_id.map(|id| id.0),
        key_type: body.key_type_id.map(|id| id.0),
        quantity: body.quantity.map(|quantity| quantity.0),
    };
    if wanted.product.is_some() && wanted.key_type.is_none() {
        let message = "is required with `productId`";
        return Err(Problem::invalid_field("keyTypeId", message).into());
    }
    let (order, codes) = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (tenant, actor, env) = (caller.tenant(), caller.actor(), caller.env(app));
        let of = (&tenant, &id);
        let order = unmapped::mint_order(&*app.store, &*app.stripe, &env, of, &actor, &wanted)?;
        let codes = sold_by(&*app.store, std::slice::from_ref(&order))?;
        Ok::<_, Problem>((order, codes))
    })
    .await??;
    app.deliveries_due.notify_one();
    app.mails_due.notify_one();
    Ok(HttpResponse::Ok().json(OrderView::of(&order, codes.get(&order.id))))
}
