//! The pages to which Stripe sends the owner of an account back: `/stripe/onboard/{token}` if the link was
//! used up or too old, and `/stripe/onboarded/{token}` after the onboarding.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use mintage_domain::usecase::stripe::onboard::{self, Onboarded};
use mintage_runtime::app::App;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;

use super::browser;
use super::failure::{failure_page, unopened_page};
use crate::page::page;

/// The name under which these pages take a thread for their calls of Stripe. No tenant has this name.
const OWNERS: &str = "(onboarding)";

/// Go on with the onboarding at Stripe
///
/// Stripe sends the owner of an account here if the link was used up or too old. The page goes on to a new
/// link.
#[utoipa::path(
    get,
    path = "/stripe/onboard/{token}",
    operation_id = "resumeOnboarding",
    tag = "Integrations",
    params(("token" = String, Path, description = "The onboarding, as the link that was answered has it.")),
    responses(
        (status = 303, description = "To a new link at Stripe."),
        (status = "default", description = "There is no new link. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/state-invalid",
        "stripe/failed",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
        "tenant/suspended",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn resume(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    if browser::is_speculative(&request) {
        return unopened_page();
    }
    match new_link(&app, token.into_inner()).await {
        Ok(url) => HttpResponse::SeeOther()
            .insert_header((LOCATION, url))
            .insert_header(("cache-control", "no-store"))
            .insert_header(("referrer-policy", "no-referrer"))
            .finish(),
        Err(problem) => failure_page(&problem),
    }
}

async fn new_link(app: &web::Data<App>, token: String) -> Result<String, Problem> {
    let url = call_stripe(app, OWNERS, move |app| {
        let (store, stripe, public_url) = (&*app.store, &*app.stripe, &app.settings.public_url);
        onboard::resume(store, stripe, &app.env(), &token, public_url)
    });
    Ok(url.await??)
}

/// Come back from the onboarding at Stripe
///
/// The server asks Stripe for the account, and shows what the account can do.
#[utoipa::path(
    get,
    path = "/stripe/onboarded/{token}",
    operation_id = "finishOnboarding",
    tag = "Integrations",
    params(("token" = String, Path, description = "The onboarding, as the link that was answered has it.")),
    responses(
        (status = 200, description = "What the account can do.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "The account is not known. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/state-invalid",
        "stripe/failed",
        "stripe/not-connected",
        "stripe/unavailable",
        "tenant/suspended",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn onboarded(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    if browser::is_speculative(&request) {
        return unopened_page();
    }
    match look(&app, token.into_inner()).await {
        Ok(onboarded) => page(StatusCode::OK, &OnboardedPage::of(&onboarded)),
        Err(problem) => failure_page(&problem),
    }
}

async fn look(app: &web::Data<App>, token: String) -> Result<Onboarded, Problem> {
    let looked = call_stripe(app, OWNERS, move |app| {
        onboard::finish(&*app.store, &*app.stripe, &app.env(), &token)
    });
    Ok(looked.await??)
}

#[derive(Template)]
#[template(path = "connect/onboarded.html")]
struct OnboardedPage<'a> {
    title: &'static str,
    account: &'a str,
    tenant: &'a str,
    can_charge: bool,
    can_be_paid_out: bool,
    due: Vec<&'a str>,
}

impl<'a> OnboardedPage<'a> {
    fn of(onboarded: &'a Onboarded) -> Self {
        let facts = &onboarded.account;
        let due = &facts.requirements;
        let due = due.past_due.iter().chain(&due.currently_due);
        Self {
            title: "Your Stripe account",
            account: facts.id.as_str(),
            tenant: onboarded.tenant.as_str(),
            can_charge: facts.charges_enabled,
            can_be_paid_out: facts.payouts_enabled,
            due: due.map(String::as_str).collect(),
        }
    }
}
