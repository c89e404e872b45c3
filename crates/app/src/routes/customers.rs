//! `GET /v1/customers/{id}`: a buyer.

use crate::app::{App, blocking};
use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::customer::Customer;
use mintage_domain::email::Email;
use mintage_domain::id::CustomerId;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Shows a customer
#[utoipa::path(
    get,
    path = "/v1/customers/{id}",
    operation_id = "getCustomer",
    tag = "Sales",
    params(("id" = inline(words::CustomerId), Path)),
    responses((status = 200, description = "The customer.", body = CustomerBody<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let id = CustomerId::parse(&path).map_err(|_| ApiError::not_found())?;
    let customer = blocking(&app, move |app| app.store.customer(&caller.tenant(), &id))
        .await??
        .ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(show(&customer)))
}

/// A buyer, known by the address in one mode.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Customer)]
struct CustomerBody<'a> {
    #[schema(value_type = words::CustomerId)]
    id: &'a CustomerId,
    #[schema(value_type = words::Email)]
    email: &'a Email,
    #[schema(required)]
    name: Option<&'a str>,
    /// The seller's own id of the customer.
    #[schema(required)]
    external_id: Option<&'a str>,
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    #[schema(value_type = words::Mode)]
    mode: Mode,
    #[schema(value_type = words::Time)]
    created_at: String,
}

fn show(customer: &Customer) -> CustomerBody<'_> {
    CustomerBody {
        id: &customer.id,
        email: &customer.email,
        name: customer.name.as_deref(),
        external_id: customer.external_id.as_deref(),
        metadata: &customer.metadata,
        mode: customer.mode,
        created_at: customer.created_at.to_rfc3339(),
    }
}
