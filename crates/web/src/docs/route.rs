//! The route of the page that describes the API.

use actix_web::{HttpResponse, web};

use super::page::DocsPage;

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
pub(crate) async fn docs(page: web::Data<DocsPage>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .insert_header(("content-security-policy", page.policy.as_str()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page.html.clone())
}
