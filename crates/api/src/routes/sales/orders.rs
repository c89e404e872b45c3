//! `GET /v1/orders`: the orders of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::request::PageQuery;
use crate::views::sales::{OrderPage, OrderView};

/// List orders
#[utoipa::path(
    get,
    path = "/v1/orders",
    operation_id = "listOrders",
    tag = "Sales",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = OrderPage<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let page = query.read()?;
    let orders = blocking(&app, move |app| app.store.orders(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(OrderPage::of(&orders, OrderView::of)))
}
