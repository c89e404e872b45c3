//! `GET /thanks/{session}`: the page after the payment.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFRESH};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::model::sales::thanks_page;
use mintage_domain::usecase::licenses::purchase::{self, Progress, Purchase};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use super::failure::failure_page;
use super::request::{BuyersRequest, Query, with};
use super::views::{LicensePage, WaitingPage};
use crate::page::{Forms, Permits, page, page_with};

/// After how many seconds the page loads again by itself while the payment is not confirmed: about a
/// minute in all, with longer and longer pauses.
const PAUSES: [u8; 10] = [2, 2, 3, 3, 5, 5, 8, 8, 12, 12];

/// See a purchase after the payment
///
/// The page waits for the payment, and then shows the license key for a day to the browser that Stripe
/// sent here. Use `<public url>/thanks/{CHECKOUT_SESSION_ID}` as `success_url`, or leave `success_url` out:
/// the checkout adds the token without which the page shows no key.
#[utoipa::path(
    get,
    path = "/thanks/{session}",
    operation_id = "showPurchase",
    tag = "Checkout",
    params(("session" = String, Path, description = "The id of the Stripe Checkout session."), Query),
    responses(
        (status = 200, description = "The purchase.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "There is no such purchase. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "common/not-found",
        "common/rate-limited",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    session: web::Path<String>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    let request = BuyersRequest::read(&request, &session, query);
    match look(&app, &request).await {
        Ok(purchase) => answer(&app, &request, &purchase),
        Err(problem) => failure_page(&problem),
    }
}

async fn look(app: &web::Data<App>, request: &BuyersRequest) -> Result<Purchase, Problem> {
    request.admit(app).await?;
    let Some(session) = request.session.clone() else {
        return Err(request.problem(app, purchase::PurchaseError::Unknown).await);
    };
    let token = request.token.clone();
    let found = blocking(app, move |app| {
        purchase::look(&*app.store, &app.env(), &session, token.as_deref())
    })
    .await?;
    match found {
        Ok(purchase) => Ok(purchase),
        Err(error) => Err(request.problem(app, error).await),
    }
}

fn answer(app: &App, request: &BuyersRequest, purchase: &Purchase) -> HttpResponse {
    let Some(session) = &request.session else {
        return failure_page(&Problem::not_found());
    };
    let here = thanks_page::path(session, request.token.as_deref());
    if let Progress::Licensed(licenses) = &purchase.progress
        && let Some(page) =
            LicensePage::of(purchase, licenses, request, &here, app.mailer.is_some())
    {
        let permits = Permits {
            script: page.has_key(),
            forms: Forms::Here,
        };
        return page_with(permits, StatusCode::OK, &page);
    }
    let pause = PAUSES.get(request.tries);
    let pause = pause.filter(|_| matches!(purchase.progress, Progress::Open));
    let template = WaitingPage::of(purchase, &here, pause.map(|_| PAUSES.len()));
    let mut answer = page(StatusCode::OK, &template);
    // A header and not a `meta` element, which tools for people with disabilities complain about: the page
    // has a link that stops it.
    let refresh = pause.map(|seconds| {
        let next = request.tries.saturating_add(1);
        format!("{seconds}; url={}", with(&here, "try", &next.to_string()))
    });
    if let Some(refresh) = refresh.and_then(|text| HeaderValue::from_str(&text).ok()) {
        answer.headers_mut().insert(REFRESH, refresh);
    }
    answer
}
