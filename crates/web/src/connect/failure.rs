//! The pages of rounds that do not go on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use mintage_runtime::problem::Problem;

use crate::page::{page, problem_page};

const NOT_CONNECTED: &str = "Not connected";

#[derive(Template)]
#[template(path = "connect/cancelled.html")]
struct CancelledPage {
    title: &'static str,
}

#[derive(Template)]
#[template(path = "connect/failed.html")]
struct FailedPage<'a> {
    title: &'static str,
    message: &'a str,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "connect/unopened.html")]
struct UnopenedPage {
    title: &'static str,
}

/// The page of a problem.
pub(super) fn failure_page(problem: &Problem) -> HttpResponse {
    let template = FailedPage {
        title: NOT_CONNECTED,
        message: &problem.message,
        code: problem.code.as_str(),
    };
    problem_page(problem, &template)
}

/// The page of a seller who cancelled at Stripe.
pub(super) fn cancelled_page() -> HttpResponse {
    page(
        StatusCode::OK,
        &CancelledPage {
            title: NOT_CONNECTED,
        },
    )
}

/// The answer to a browser that loads a page before anybody opens it. The browser throws the answer away
/// because of the status, and loads the page when it is opened.
pub(super) fn unopened_page() -> HttpResponse {
    let template = UnopenedPage {
        title: NOT_CONNECTED,
    };
    let mut answer = page(StatusCode::SERVICE_UNAVAILABLE, &template);
    answer.headers_mut().insert(RETRY_AFTER, 1.into());
    answer
}
