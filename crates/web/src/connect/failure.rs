//! The pages of rounds that do not go on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use mintage_domain::base::text::is_layout_control;
use mintage_runtime::problem::{ErrorCode, Problem};

use crate::page::{page, problem_page};

const NOT_CONNECTED: &str = "Not connected";

/// The largest length of what Stripe says, in characters.
const MAX_DESCRIPTION: usize = 400;

#[derive(Template)]
#[template(path = "connect/cancelled.html")]
struct CancelledPage<'a> {
    title: &'static str,
    /// Whether the seller denied access.
    is_denied: bool,
    stripe_message: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "connect/failed.html")]
struct FailedPage<'a> {
    title: &'static str,
    message: &'a str,
    advice: &'static str,
    code: &'static str,
    stripe_message: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "connect/unopened.html")]
struct UnopenedPage {
    title: &'static str,
}

/// The page of a problem.
pub(super) fn failure_page(problem: &Problem) -> HttpResponse {
    let said = problem.details.iter().find(|it| it.path == "stripe");
    let template = FailedPage {
        title: NOT_CONNECTED,
        message: &problem.message,
        advice: advice(problem.code),
        code: problem.code.as_str(),
        stripe_message: said.map(|detail| detail.message.as_str()),
    };
    problem_page(problem, &template)
}

/// What the seller does next.
fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::OauthOtherBrowser => {
            "Open the link in the browser in which you began, or begin again in this one. Nothing has changed."
        }
        ErrorCode::OauthStateInvalid => {
            "Begin again where you got the link: each link connects once. If you have connected already, \
             the account stays connected."
        }
        ErrorCode::StripeNotConfigured => "The operator of this server has to set Stripe up first.",
        _ if code.status() >= 500 => {
            "Load the page again in a few seconds. If that does not help, begin again where you got the link."
        }
        _ => "Begin again where you got the link: each link connects once.",
    }
}

/// The page of a round that Stripe ended with an error, as it does when the seller cancels.
pub(super) fn cancelled_page(error: &str, description: Option<&str>) -> HttpResponse {
    let message = description.map(bounded).filter(|it| !it.is_empty());
    let template = CancelledPage {
        title: NOT_CONNECTED,
        is_denied: error == "access_denied",
        stripe_message: message.as_deref(),
    };
    page(StatusCode::OK, &template)
}

/// The beginning of a text, without characters that change how the text around it is read.
fn bounded(text: &str) -> String {
    let text = text.trim().chars().filter(|c| !is_layout_control(*c));
    text.take(MAX_DESCRIPTION).collect()
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
