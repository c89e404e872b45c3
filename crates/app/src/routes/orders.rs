//! `GET /v1/orders`: checkouts, from opened to fulfilled.

use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::email::Email;
use mintage_domain::id::{CustomerId, OrderId, SessionId};
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::money::Money;
use mintage_domain::order::Order;
use mintage_domain::slug::{KeyTypeId, ProductId};
use mintage_domain::time::Timestamp;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use serde::Serialize;
use utoipa::ToSchema;

/// Lists orders
#[utoipa::path(
    get,
    path = "/v1/orders",
    operation_id = "listOrders",
    tag = "Sales",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<OrderBody<'_>>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let page = query.read()?;
    let orders = blocking(&app, move |app| app.store.orders(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(PageBody::of(&orders, show)))
}

/// A checkout, from opened to fulfilled.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Order)]
struct OrderBody<'a> {
    #[schema(value_type = words::OrderId)]
    id: &'a OrderId,
    #[schema(value_type = words::OrderStatus)]
    status: &'static str,
    #[schema(value_type = words::Mode)]
    mode: Mode,
    #[schema(value_type = words::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = words::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    /// Known once it is paid.
    #[schema(required, value_type = Option<words::CustomerId>)]
    customer_id: Option<&'a CustomerId>,
    #[schema(required, value_type = Option<words::Email>)]
    customer_email: Option<&'a Email>,
    price_in_cents: i64,
    /// What the platform takes of it.
    #[schema(required)]
    fee_in_cents: Option<i64>,
    /// What was paid, with taxes and discounts.
    #[schema(required)]
    total_in_cents: Option<i64>,
    #[schema(value_type = words::Currency)]
    currency: &'static str,
    /// Stripe's Checkout session.
    #[schema(required, value_type = Option<String>)]
    session_id: Option<&'a SessionId>,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(required, value_type = Option<words::Time>)]
    fulfilled_at: Option<String>,
}

fn show(order: &Order) -> OrderBody<'_> {
    OrderBody {
        id: &order.id,
        status: order.status.as_str(),
        mode: order.mode,
        product_id: &order.product,
        key_type_id: &order.key_type,
        customer_id: order.customer.as_ref(),
        customer_email: order.buyer.as_ref(),
        price_in_cents: order.price.minor(),
        fee_in_cents: order.fee.map(Money::minor),
        total_in_cents: order.total.map(Money::minor),
        currency: order.price.currency().as_str(),
        session_id: order.session.as_ref(),
        created_at: order.created_at.to_rfc3339(),
        fulfilled_at: order.fulfilled_at.map(Timestamp::to_rfc3339),
    }
}
