//! Error pages: what a browser shows in place of the JSON of an error.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use askama::Template;
use mintage_domain::model::sellers::audit::Origin;
use mintage_runtime::problem::Problem;

use crate::accept::prefers_html;
use crate::page::problem_page;

/// Answers an error as a page if the client prefers pages and the path does not belong to the API. Every
/// other answer stays as it is. The layer is within that of the request id, which writes the JSON.
pub async fn error_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if is_api(request.path()) {
        let answer = next.call(request).await?;
        return Ok(answer.map_into_boxed_body());
    }
    let wants_page = prefers_html(request.headers());
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let problem = answer.response().extensions().get::<Problem>().cloned();
    let Some(problem) = problem else {
        return Ok(answer);
    };
    if wants_page {
        let (request, json) = answer.into_parts();
        let origin = request.extensions().get::<Origin>().cloned();
        let request_id = origin.map_or_else(String::new, |it| it.request_id);
        let page = error_page(&problem, &request_id, &json);
        answer = ServiceResponse::new(request, page);
    }
    let accept = HeaderValue::from_name(ACCEPT);
    answer.headers_mut().insert(VARY, accept);
    Ok(answer)
}

/// Whether clients of the path always read JSON.
fn is_api(path: &str) -> bool {
    let is_below = |start: &str| {
        let rest = path.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    ["/api", "/v1", "/healthz", "/readyz", "/openapi.json"]
        .into_iter()
        .any(is_below)
}

/// The page of a problem, with the headers that the answer has otherwise.
fn error_page(problem: &Problem, request_id: &str, json: &HttpResponse) -> HttpResponse {
    let (title, advice) = words(problem);
    let template = ErrorPage {
        title,
        message: &problem.message,
        advice,
        code: problem.code.as_str(),
        request_id,
    };
    let mut page = problem_page(problem, &template);
    for (name, value) in json.headers() {
        if !page.headers().contains_key(name) {
            page.headers_mut().insert(name.clone(), value.clone());
        }
    }
    page
}

/// A title, and what to do.
fn words(problem: &Problem) -> (&'static str, &'static str) {
    match problem.code.status() {
        404 => (
            "This page does not exist",
            "Check the address for a typing error, or go back to the page that brought you here.",
        ),
        405 => (
            "This page cannot be used like this",
            "Open the page from the link that you were given.",
        ),
        429 => (
            "Too many requests",
            "Wait a minute, then load the page again.",
        ),
        502 | 503 => (
            "Not available at the moment",
            "Load the page again in a few seconds. Nothing is lost.",
        ),
        500.. => (
            "Something went wrong here",
            "Load the page again. If that does not help, send the request below to the operator.",
        ),
        _ => ("This request cannot be answered", "Go back, and try again."),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    title: &'static str,
    message: &'a str,
    advice: &'static str,
    code: &'static str,
    request_id: &'a str,
}

#[cfg(test)]
mod tests {
    use mintage_runtime::problem::ErrorCode;

    use super::*;

    #[test]
    fn only_the_paths_of_the_api_belong_to_it() {
        for (path, expected) in [
            ("/v1", true),
            ("/v1/licenses", true),
            ("/api/acme/checkout", true),
            ("/readyz", true),
            ("/openapi.json", true),
            ("/", false),
            ("/v10", false),
            ("/apis", false),
            ("/docs", false),
            ("/thanks/cs_1", false),
        ] {
            assert_eq!(is_api(path), expected, "{path}");
        }
    }

    #[test]
    fn every_error_has_a_title_and_an_advice() {
        for code in ErrorCode::ALL {
            let (title, advice) = words(&Problem::new(*code, "it failed"));
            assert!(!title.is_empty() && advice.ends_with('.'), "{code:?}");
        }
    }
}
