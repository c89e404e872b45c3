//! What the server says of itself.

use actix_web::HttpResponse;

use crate::openapi::{self, page};

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

/// This description, for people
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "readDescription",
    tag = "Server",
    responses((status = 200, description = "A page.",
        body = String, content_type = "text/html; charset=utf-8", headers(
            ("Cache-Control" = String, description = "`public, max-age=300`"),
        ),
    )),
)]
pub(super) async fn docs() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .insert_header(("content-security-policy", page::policy()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page::text())
}
