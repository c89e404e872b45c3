//! `GET /v1/orders`: checkouts, from opened to fulfilled.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::management_token::TokenScope;
use mintage_domain::money::Money;
use mintage_domain::order::Order;
use mintage_domain::time::Timestamp;
use serde_json::{Value, json};

/// `GET /v1/orders`.
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

fn show(order: &Order) -> Value {
    json!({
        "id": order.id,
        "status": order.status.as_str(),
        "mode": order.mode,
        "productId": order.product,
        "keyTypeId": order.key_type,
        "customerId": order.customer,
        "customerEmail": order.buyer,
        "priceInCents": order.price.minor(),
        "feeInCents": order.fee.map(Money::minor),
        "totalInCents": order.total.map(Money::minor),
        "currency": order.price.currency().as_str(),
        "sessionId": order.session,
        "createdAt": order.created_at.to_rfc3339(),
        "fulfilledAt": order.fulfilled_at.map(Timestamp::to_rfc3339),
    })
}
