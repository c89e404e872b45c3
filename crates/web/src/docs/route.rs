//! The route of the page that describes the API.

use actix_web::{HttpResponse, web};

use super::page::DocsPage;

/// Get the API documentation page
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "getDocs",
    tag = "Server",
    responses((status = 200, description = "The page.",
        body = String, content_type = "text/html; charset=utf-8", headers(
            ("Cache-Control" = String, description = "`public, max-age=300`"),
        ),
    )),
)]
pub(crate) async fn docs(page: web::Data<DocsPage>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .insert_header(("content-security-policy", page.policy.as_str()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page.html.clone())
}
