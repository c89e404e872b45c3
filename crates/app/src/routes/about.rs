//! What the server says of itself.

use crate::openapi;
use actix_web::HttpResponse;

/// This description
///
/// The server's calls in the form of OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "describe",
    tag = "Server",
    responses((status = 200, description = "An OpenAPI document.", body = Object, headers(
        ("Cache-Control" = String, description = "`public, max-age=300`"),
    ))),
)]
pub(super) async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(openapi::json())
}
