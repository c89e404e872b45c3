//! `GET /stripe/callback`: Stripe redirects the seller here after the consent page.

use actix_web::http::header::LOCATION;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use mintage_domain::base::secret::{Secret, SecretHash};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::audit::Origin;
use mintage_domain::usecase::stripe::account::refresh;
use mintage_domain::usecase::stripe::connect::{self, ConnectError};
use mintage_domain::usecase::stripe::leave::{SESSIONS_AT_ONCE, retire};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::crash::{self, Point};
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::browser;
use super::failure::{cancelled_page, failure_page, unopened_page};

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
    /// The error of Stripe if the seller denied access, or Stripe refused the connection.
    #[param(nullable = false)]
    error: Option<String>,
    /// What Stripe says about the error. Shown only to a browser that has opened a page of a connection.
    #[param(nullable = false)]
    error_description: Option<String>,
}

/// Finish connecting a Stripe account
///
/// Stripe redirects the browser of the seller here. The browser must be the one that opened the page of
/// the connection. It is sent on to a page that can be loaded again.
#[utoipa::path(
    get,
    path = "/stripe/callback",
    operation_id = "finishConnecting",
    tag = "Integrations",
    params(Query),
    responses(
        (status = 200, description = "The seller cancelled, or Stripe refused the connection.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = 303, description = "The account is connected.",
            headers(("Location" = String, description = "The page after the connection."))),
        (status = "default", description = "The account is not connected. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/account-taken",
        "oauth/code-refused",
        "oauth/other-browser",
        "oauth/state-invalid",
        "oauth/wrong-mode",
        "stripe/failed",
        "connect/live-is-one-way",
        "plan/upgrade-required",
        "stripe/mode-refused",
        "stripe/not-configured",
        "stripe/refused",
        "stripe/unavailable",
        "tenant/suspended",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn finish(
    app: web::Data<App>,
    request: HttpRequest,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    if browser::is_speculative(&request) {
        return unopened_page();
    }
    // A malformed query counts as one without a state, so that the person gets a page in any case.
    let Query {
        code,
        state,
        error,
        error_description,
    } = query.map(web::Query::into_inner).unwrap_or_default();
    let browser = browser::secret_of(&request, &app.settings.public_url);
    // Stripe may omit the state of a cancelled round, so a cancellation needs no state and changes nothing.
    if let Some(error) = error {
        // A link that somebody sends to a stranger must not show a text of its author on this page.
        let description = error_description.filter(|_| browser.is_some());
        return cancelled_page(&error, description.as_deref());
    }
    let (Some(code), Some(state)) = (code, state) else {
        return failure_page(&ConnectError::InvalidState.into());
    };
    let origin = request.extensions().get::<Origin>().cloned();
    let callback = (Secret::new(state), Secret::new(code));
    match connect(&app, callback, browser, origin).await {
        Ok(round) => HttpResponse::SeeOther()
            .insert_header((
                LOCATION,
                format!(
                    "{}/stripe/connected/{}",
                    app.settings.public_url,
                    round.to_hex()
                ),
            ))
            .insert_header(("cache-control", "no-store"))
            .insert_header(("referrer-policy", "no-referrer"))
            .finish(),
        Err(problem) => failure_page(&problem),
    }
}

/// Asks Stripe for the account that was connected, so that what it can do is known. If Stripe does not
/// answer, a later call asks again.
fn first_look(app: &App, tenant: &TenantId) {
    let (store, stripe, env) = (&*app.store, &*app.stripe, app.env());
    let connection = store.connection(tenant).ok().flatten();
    let Some(account) = connection.and_then(|it| it.state.account()) else {
        return;
    };
    if let Err(error) = refresh(store, stripe, &env, (tenant, &account), true) {
        tracing::warn!(cause = %error, "could not read the connected account");
    }
}

/// Completes the round; returns the hash by which the round is known.
async fn connect(
    app: &web::Data<App>,
    (state, code): (Secret, Secret),
    browser: Option<Secret>,
    origin: Option<Origin>,
) -> Result<SecretHash, Problem> {
    let read = state.clone();
    let round = blocking(app, move |app| connect::round_of(&*app.store, &read)).await??;
    // Refused before the state is used up, so that the seller can reload the page.
    if !round.used {
        check_circuit(app, round.mode, None)?;
    }
    let connected = call_stripe(app, round.tenant.as_str(), move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let callback = (&state, &code);
        let env = app.env_of(origin.as_ref());
        let round = connect::finish(store, stripe, &env, callback, browser.as_ref())?;
        crash::point(Point::ConnectLinked);
        first_look(app, &round.tenant);
        // The access to an account that the tenant has left is revoked now, or later by the sweep.
        if let Err(error) = retire(store, stripe, &app.env(), &round.tenant, SESSIONS_AT_ONCE) {
            tracing::warn!(cause = %error, "could not revoke the access to the former account; the sweep will retry");
        }
        Ok::<_, ConnectError>(round.state)
    });
    Ok(connected.await??)
}
