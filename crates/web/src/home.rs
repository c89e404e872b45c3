//! `GET /`: what this server is.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use mintage_runtime::app::App;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accept::prefers_html;
use crate::page::page;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the server is, and where its other pages are.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerInfo {
    /// `Mintage`.
    name: &'static str,
    /// The version of the server.
    version: &'static str,
    /// The URL of the API documentation page.
    docs: String,
    /// The URL of the OpenAPI document.
    openapi: String,
    /// The URL that checks liveness.
    liveness: String,
    /// The URL that checks readiness.
    readiness: String,
}

/// Get what the server is
///
/// Answers a page to a client that prefers `text/html`, and JSON to every other client.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "getServerInfo",
    tag = "Server",
    responses((status = 200, description = "What the server is.", content(
        (ServerInfo = "application/json"),
        (String = "text/html; charset=utf-8"),
    ), headers(("Vary" = String, description = "`accept`")))),
)]
pub(crate) async fn home(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let base_url = app.settings.public_url.as_str();
    let mut answer = if prefers_html(request.headers()) {
        let template = HomePage {
            title: "A server for software licenses",
            version: VERSION,
            base_url,
        };
        page(StatusCode::OK, &template)
    } else {
        let at = |path: &str| format!("{base_url}{path}");
        HttpResponse::Ok().json(ServerInfo {
            name: "Mintage",
            version: VERSION,
            docs: at("/docs"),
            openapi: at("/openapi.json"),
            liveness: at("/healthz"),
            readiness: at("/readyz"),
        })
    };
    let accept = HeaderValue::from_name(ACCEPT);
    answer.headers_mut().insert(VARY, accept);
    answer
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage<'a> {
    title: &'static str,
    version: &'static str,
    base_url: &'a str,
}
