//! `GET /stripe/callback`: Stripe redirects the seller here after the consent page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::usecase::stripe::connect::{self, ConnectError, Connected};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::crash::{self, Point};
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::page::{page, problem_page};

/// The parameters that Stripe adds to the redirect URI.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// The authorization code of Stripe.
    #[param(nullable = false)]
    code: Option<String>,
    /// The state of the OAuth round.
    #[param(nullable = false)]
    state: Option<String>,
    /// The error of Stripe if the seller denied access.
    #[param(nullable = false)]
    error: Option<String>,
}

/// Finish connecting a Stripe account
///
/// Stripe redirects the browser of the seller to this page. The page shows the checkout key, which no
/// later answer contains.
#[utoipa::path(
    get,
    path = "/stripe/callback",
    operation_id = "finishConnecting",
    tag = "Integrations",
    params(Query),
    responses(
        (status = 200, description = "The account is connected, or the seller cancelled.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "The account is not connected. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/account-taken",
        "oauth/code-refused",
        "oauth/state-invalid",
        "oauth/wrong-mode",
        "stripe/failed",
        "stripe/mode-refused",
        "stripe/not-configured",
        "stripe/refused",
        "stripe/unavailable",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn finish(
    app: web::Data<App>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    // A malformed query counts as one without a state, so that the person gets a page in any case.
    let Query { code, state, error } = query.map(web::Query::into_inner).unwrap_or_default();
    // Stripe may omit the state of a cancelled round, so a cancellation needs no state and changes nothing.
    if error.is_some() {
        return page(
            StatusCode::OK,
            &CancelledPage {
                title: NOT_CONNECTED,
            },
        );
    }
    let (Some(code), Some(state)) = (code, state) else {
        return failure_page(&ConnectError::InvalidState.into());
    };
    match connect(&app, Secret::new(code), Secret::new(state)).await {
        Ok(connected) => page(StatusCode::OK, &ConnectedPage::of(&connected)),
        Err(problem) => failure_page(&problem),
    }
}

async fn connect(app: &web::Data<App>, code: Secret, state: Secret) -> Result<Connected, Problem> {
    let state_read = state.clone();
    let round = blocking(app, move |app| {
        connect::open_round(&*app.store, &app.env(), &state_read)
    })
    .await??;
    // Refused before the state is used up, so that the seller can reload the page.
    check_circuit(app, round.mode, None)?;
    let connected = call_stripe(app, round.tenant.as_str(), move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let connected = connect::finish(store, stripe, &app.env(), &state, &code)?;
        crash::point(Point::ConnectLinked);
        // The access to an account that the tenant has left is revoked now, or later by the sweep.
        if let Err(error) = connect::retire(store, stripe, &app.env(), &connected.tenant) {
            tracing::warn!(cause = %error, "could not revoke the access to the former account; the sweep will retry");
        }
        Ok::<_, ConnectError>(connected)
    });
    Ok(connected.await??)
}

const NOT_CONNECTED: &str = "Not connected";

#[derive(Template)]
#[template(path = "callback/cancelled.html")]
struct CancelledPage {
    title: &'static str,
}

#[derive(Template)]
#[template(path = "callback/failed.html")]
struct FailedPage<'a> {
    title: &'static str,
    message: &'a str,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "callback/connected.html")]
struct ConnectedPage<'a> {
    title: &'static str,
    account: &'a str,
    mode: &'static str,
    checkout_key: Option<&'a str>,
    tenant: &'a str,
}

impl<'a> ConnectedPage<'a> {
    fn of(connected: &'a Connected) -> Self {
        Self {
            title: "Connected to Stripe",
            account: connected.account.as_str(),
            mode: match connected.mode {
                Mode::Sandbox => "sandbox mode (test cards only)",
                Mode::Live => "live mode (real money)",
            },
            checkout_key: connected.checkout_key.as_ref().map(Secret::expose),
            tenant: connected.tenant.as_str(),
        }
    }
}

fn failure_page(problem: &Problem) -> HttpResponse {
    let template = FailedPage {
        title: NOT_CONNECTED,
        message: &problem.message,
        code: problem.code.as_str(),
    };
    problem_page(problem, &template)
}
