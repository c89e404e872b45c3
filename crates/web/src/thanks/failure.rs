//! The pages of requests that cannot be answered.

use actix_web::HttpResponse;
use askama::Template;
use mintage_runtime::problem::{ErrorCode, Problem};

use crate::page::problem_page;

#[derive(Template)]
#[template(path = "thanks/failed.html")]
struct FailedPage<'a> {
    title: &'static str,
    message: &'a str,
    advice: &'static str,
    code: &'static str,
}

/// The page of a problem.
pub(super) fn failure_page(problem: &Problem) -> HttpResponse {
    let (title, advice) = words(problem.code);
    let template = FailedPage {
        title,
        message: &problem.message,
        advice,
        code: problem.code.as_str(),
    };
    problem_page(problem, &template)
}

/// A title, and what the buyer does next.
fn words(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::NotFound => (
            "Purchase not found",
            "Open the page by the link to which you were sent after the payment. If you have paid, your \
             license key is safe: look into your mailbox, or write to the seller.",
        ),
        ErrorCode::RateLimited => (
            "Too many requests",
            "Wait for some minutes, then try again. A mail that was sent may take a while to arrive; look \
             into the folder for spam too.",
        ),
        ErrorCode::LicenseAlreadyRevoked => (
            "The license is not valid any more",
            "Write to the seller if you do not know why.",
        ),
        ErrorCode::MailNotConfigured | ErrorCode::MailUnmailable => (
            "The key cannot be mailed",
            "Write to the seller, who can send you the key.",
        ),
        _ => (
            "Not available at the moment",
            "Load the page again in a few seconds. If you have paid, your license is safe.",
        ),
    }
}
