//! `POST /thanks/{session}/resend`: the license key by mail once more.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::model::sales::thanks_page;
use mintage_domain::usecase::licenses::purchase::{self, PurchaseError};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use super::failure::failure_page;
use super::request::{BuyersRequest, Query, with};

/// Mail the license key of a purchase again
///
/// The form of the page sends this. The mail goes to the address of the customer and to no other, at most
/// five times an hour for each license, together with the calls of the seller.
#[utoipa::path(
    post,
    path = "/thanks/{session}/resend",
    operation_id = "resendPurchase",
    tag = "Checkout",
    params(("session" = String, Path, description = "The id of the Stripe Checkout session."), Query),
    responses(
        (status = 303, description = "The mail is due now.",
            headers(("Location" = String, description = "The page of the purchase."))),
        (status = "default", description = "Nothing is mailed. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "common/not-found",
        "common/rate-limited",
        "license/already-revoked",
        "mail/not-configured",
        "mail/unmailable",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn resend(
    app: web::Data<App>,
    request: HttpRequest,
    session: web::Path<String>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    let request = BuyersRequest::read(&request, &session, query);
    match queue(&app, &request).await {
        Ok(page) => HttpResponse::SeeOther()
            .insert_header((LOCATION, page))
            .insert_header(("cache-control", "no-store"))
            .insert_header(("referrer-policy", "no-referrer"))
            .finish(),
        Err(problem) => failure_page(&problem),
    }
}

/// Queues the mail; returns where the page is.
async fn queue(app: &web::Data<App>, request: &BuyersRequest) -> Result<String, Problem> {
    request.admit(app).await?;
    let Some(session) = request.session.clone() else {
        return Err(request.problem(app, PurchaseError::Unknown).await);
    };
    let here = thanks_page::path(&session, request.token.as_deref());
    let origin = request.origin.clone();
    let queued = blocking(app, move |app| {
        let env = app.env_of(origin.as_ref());
        purchase::resend(&*app.store, &env, &session, app.mailer.is_some())
    })
    .await?;
    if let Err(error) = queued {
        return Err(request.problem(app, error).await);
    }
    app.mails_due.notify_one();
    Ok(with(&here, "mail", "sent"))
}
