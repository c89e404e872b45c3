//! `GET /v1/customers/{id}`: a buyer.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::id::CustomerId;
use mintage_domain::management_token::TokenScope;
use serde_json::json;

/// `GET /v1/customers/{id}`.
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
    Ok(HttpResponse::Ok().json(json!({
        "id": customer.id,
        "email": customer.email,
        "name": customer.name,
        "externalId": customer.external_id,
        "metadata": customer.metadata,
        "mode": customer.mode,
        "createdAt": customer.created_at.to_rfc3339(),
    })))
}
