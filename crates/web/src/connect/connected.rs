//! `GET /stripe/connected/{round}`: the page after an account was connected, which can be loaded again.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;
use data_encoding::HEXLOWER;
use mintage_domain::base::secret::{Secret, SecretHash};
use mintage_domain::model::sellers::audit::Origin;
use mintage_domain::usecase::stripe::connect::ConnectError;
use mintage_domain::usecase::stripe::connect_page::{self, Connected};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use super::browser;
use super::failure::{failure_page, unopened_page};
use super::in_words;
use crate::page::{Permits, page_with};

/// See that a Stripe account is connected
///
/// Only the browser that connected the account sees the page. When the page is loaded first, it shows the
/// checkout key, which no later answer contains.
#[utoipa::path(
    get,
    path = "/stripe/connected/{round}",
    operation_id = "showConnection",
    tag = "Integrations",
    params(("round" = String, Path, description = "The connection, as the callback redirects to it.")),
    responses(
        (status = 200, description = "The account is connected.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "Nothing is connected. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/other-browser",
        "oauth/state-invalid",
        "stripe/not-connected",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn connected(
    app: web::Data<App>,
    request: HttpRequest,
    round: web::Path<String>,
) -> HttpResponse {
    if browser::is_speculative(&request) {
        return unopened_page();
    }
    let browser = browser::secret_of(&request, &app.settings.public_url);
    let origin = request.extensions().get::<Origin>().cloned();
    match look(&app, &round, browser, origin).await {
        Ok(connected) => {
            let permits = Permits {
                script: connected.checkout_key.is_some(),
                ..Permits::NOTHING
            };
            page_with(permits, StatusCode::OK, &ConnectedPage::of(&connected))
        }
        Err(problem) => failure_page(&problem),
    }
}

async fn look(
    app: &web::Data<App>,
    round: &str,
    browser: Option<Secret>,
    origin: Option<Origin>,
) -> Result<Connected, Problem> {
    let hash = HEXLOWER.decode(round.as_bytes()).ok();
    let hash: Option<[u8; 32]> = hash.and_then(|hash| hash.try_into().ok());
    let round = SecretHash::from_bytes(hash.ok_or(ConnectError::InvalidState)?);
    let connected = blocking(app, move |app| {
        let env = app.env_of(origin.as_ref());
        connect_page::look(&*app.store, &env, &round, browser.as_ref())
    });
    Ok(connected.await??)
}

#[derive(Template)]
#[template(path = "connect/connected.html")]
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
            account: connected.account.account.as_str(),
            mode: in_words(connected.account.mode),
            checkout_key: connected.checkout_key.as_ref().map(Secret::expose),
            tenant: connected.tenant.as_str(),
        }
    }
}
