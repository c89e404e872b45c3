//! `GET /openapi.json`: the OpenAPI document.

use actix_web::{HttpResponse, web};
use mintage_runtime::problem::Problem;

use crate::error::ApiError;
use crate::openapi::OpenApiJson;

/// Get the OpenAPI document
///
/// Describes every call in OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenApi",
    tag = "Server",
    responses((status = 200, description = "An OpenAPI document.", body = Object, headers(
        ("Cache-Control" = String, description = "`public, max-age=300`"),
    ))),
)]
pub(super) async fn openapi_json(
    description: web::Data<OpenApiJson>,
) -> Result<HttpResponse, ApiError> {
    let text = description.text().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(text.to_owned()))
}
