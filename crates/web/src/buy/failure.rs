//! The pages of what cannot be bought.

use actix_web::HttpResponse;
use askama::Template;
use mintage_runtime::problem::{ErrorCode, Problem};

use crate::page::problem_page;

#[derive(Template)]
#[template(path = "buy/failed.html")]
struct FailedPage<'a> {
    title: &'static str,
    advice: &'static str,
    code: &'a str,
}

/// The page of a problem.
pub(super) fn failure_page(problem: &Problem) -> HttpResponse {
    let (title, advice) = words(problem.code);
    let template = FailedPage {
        title,
        advice,
        code: problem.code.as_str(),
    };
    problem_page(problem, &template)
}

/// A title, and what the buyer does next.
fn words(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::NotFound => (
            "Nothing is sold here",
            "Check the link, or write to the seller who gave it to you.",
        ),
        ErrorCode::CatalogArchived | ErrorCode::CatalogDeactivated => (
            "Not for sale any more",
            "The seller does not sell this any more. Licenses that were bought stay valid.",
        ),
        ErrorCode::RateLimited => (
            "Too many buyers at the moment",
            "Nothing was charged. Wait for a minute, then try again.",
        ),
        ErrorCode::CheckoutNoPrice
        | ErrorCode::StripeNotConnected
        | ErrorCode::StripeNotConfigured
        | ErrorCode::StripeCannotCharge
        | ErrorCode::StripeKeyInvalid
        | ErrorCode::StripeAmountTooSmall
        | ErrorCode::StripeRefused
        | ErrorCode::PlanUpgradeRequired
        | ErrorCode::QuotaLicensesExceeded
        | ErrorCode::CheckoutNotTogether
        | ErrorCode::CheckoutManagedPaymentsFee
        | ErrorCode::TenantSuspended => (
            "The seller cannot sell at the moment",
            "Nothing was charged. Write to the seller, who can repair this.",
        ),
        _ => (
            "Not available at the moment",
            "Nothing was charged. Try again in a few seconds.",
        ),
    }
}
