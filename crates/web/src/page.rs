//! Answers with an HTML page, which no browser stores.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use mintage_runtime::problem::Problem;

/// An answer with a page. The page may load nothing; its style is inline.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(cause = %error, "a page could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .body(html)
}

/// An answer with a page about a problem, with the status of the problem.
pub(crate) fn problem_page(problem: &Problem, template: &impl Template) -> HttpResponse {
    let status = StatusCode::from_u16(problem.code.status());
    let mut answer = page(
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        template,
    );
    answer.extensions_mut().insert(problem.code);
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}
