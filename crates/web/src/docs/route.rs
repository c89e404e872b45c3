//! The route of the page that describes the API.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page::DocsPage;

/// The parameters of the page.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// Words, all of which each shown call has.
    #[param(nullable = false)]
    q: Option<String>,
}

/// Get the API documentation page
///
/// The page has every call with examples, and the first steps of a new seller.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "getDocs",
    tag = "Server",
    params(Query),
    responses((status = 200, description = "The page.",
        body = String, content_type = "text/html; charset=utf-8", headers(
            ("Cache-Control" = String, description = "`public, max-age=300`"),
        ),
    )),
)]
pub(crate) async fn docs(
    page: web::Data<DocsPage>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let page = match page.rendered() {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(cause = error, "the page of the API could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let found = page.search(query.q.as_deref().unwrap_or_default());
    let found = found.unwrap_or_else(|error| {
        tracing::error!(cause = %error, "the result of a search could not be rendered");
        None
    });
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .insert_header(("content-security-policy", page.policy.as_str()))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(found.unwrap_or_else(|| page.html.clone()))
}
