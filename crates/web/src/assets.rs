//! The files that pages load.

use actix_web::HttpResponse;

/// Adds buttons that copy. It is a file of its own, so that no page needs an inline script.
const SCRIPT: &str = include_str!("../templates/page.js");

/// Get the script of the pages
#[utoipa::path(
    get,
    path = "/assets/page.js",
    operation_id = "getPageScript",
    tag = "Server",
    responses((status = 200, description = "The script, which no page needs to work.",
        body = String, content_type = "text/javascript; charset=utf-8", headers(
            ("Cache-Control" = String, description = "`public, max-age=300`"),
        ),
    )),
)]
pub(crate) async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(SCRIPT)
}
