//! The pages of rounds that do not go on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use mintage_runtime::problem::{ErrorCode, Problem};

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
    advice: &'static str,
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
        advice: advice(problem.code),
        code: problem.code.as_str(),
    };
    problem_page(problem, &template)
}

/// What the seller does next.
fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::OauthOtherBrowser => {
            "Open the link in the browser in which you began, or begin again in this one. Nothing has changed."
        }
        ErrorCode::StripeNotConfigured => "The operator of this server has to set Stripe up first.",
        _ if code.status() >= 500 => {
            "Load the page again in a few seconds. If that does not help, begin again where you got the link."
        }
        _ => "Begin again where you got the link: each link connects once.",
    }
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
