//! `/v1/orders`: the orders of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::{Email, InvalidEmail};
use mintage_domain::base::id::{OrderId, SessionId};
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{OrderFilter, StoreError};
use mintage_domain::usecase::sales::sold_by::sold_by;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::schema;
use crate::views::sales::{OrderPage, OrderView};

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Orders in this status.
    #[param(nullable = false, inline, value_type = Option<schema::OrderStatus>)]
    status: Option<String>,
    /// Orders of the buyer with this e-mail address.
    #[param(nullable = false, min_length = 1)]
    email: Option<String>,
    /// The order of this Stripe Checkout session.
    #[param(nullable = false, pattern = "^cs_[0-9A-Za-z_]+$")]
    session: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<OrderFilter, Problem> {
        let mut params = QueryParams::new();
        // A buyer may have an address that is no proper one.
        let address = |text: &str| Email::kept(text).ok_or(InvalidEmail);
        let filter = OrderFilter {
            status: params.read("status", self.status.as_deref(), OrderStatus::parse),
            email: params.read("email", self.email.as_deref(), address),
            session: params.read("session", self.session.as_deref(), SessionId::parse),
            account: None,
        };
        params.finish(filter)
    }
}

/// List orders
#[utoipa::path(
    get,
    path = "/v1/orders",
    operation_id = "listOrders",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = OrderPage<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let (filter, page) = (filter.read()?, query.read()?);
    let read = blocking(&app, move |app| {
        let orders = app.store.orders(&caller.tenant(), &filter, &page)?;
        let codes = sold_by(&*app.store, &orders.items)?;
        Ok::<_, StoreError>((orders, codes))
    });
    let (orders, codes) = read.await??;
    let view = |order| OrderView::of(order, codes.get(&order.id));
    Ok(HttpResponse::Ok().json(OrderPage::of(&orders, view)))
}

/// Get an order
#[utoipa::path(
    get,
    path = "/v1/orders/{id}",
    operation_id = "getOrder",
    tag = "Sales",
    params(("id" = inline(schema::OrderId), Path)),
    responses((status = 200, description = "The order.", body = OrderView<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let id = parse_id(&path, OrderId::parse)?;
    let read = blocking(&app, move |app| {
        let found = app.store.order(&caller.tenant(), &id)?;
        let order = found.ok_or_else(Problem::not_found)?;
        let codes = sold_by(&*app.store, std::slice::from_ref(&order))?;
        Ok::<_, Problem>((order, codes))
    });
    let (order, codes) = read.await??;
    Ok(HttpResponse::Ok().json(OrderView::of(&order, codes.get(&order.id))))
}
