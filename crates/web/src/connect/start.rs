//! `GET /stripe/connect/{ticket}`: what is about to be connected, before the seller goes on to Stripe.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName};
use mintage_domain::usecase::stripe::connect_page::{self, ConnectPage};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use super::browser;
use super::failure::{failure_page, unopened_page};
use super::in_words;
use crate::page::{Forms, Permits, page_with, to_the_minute};

/// Look at a connection before granting access
///
/// The page names the tenant, the mode and the token that began the connection, and has a form that goes
/// on to Stripe. The page binds the connection to the browser by a cookie. Looking changes nothing.
#[utoipa::path(
    get,
    path = "/stripe/connect/{ticket}",
    operation_id = "openConnection",
    tag = "Integrations",
    params(("ticket" = String, Path, description = "The ticket of the link that `connectStripe` answers.")),
    responses(
        (status = 200, description = "What is about to be connected.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "The link is used or expired. The page shows the error code.",
            body = String, content_type = "text/html; charset=utf-8"),
    ),
    extensions(("x-error-codes" = json!([
        "oauth/state-invalid",
        "stripe/not-configured",
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(crate) async fn start(
    app: web::Data<App>,
    request: HttpRequest,
    ticket: web::Path<String>,
) -> HttpResponse {
    if browser::is_speculative(&request) {
        return unopened_page();
    }
    let public_url = &app.settings.public_url;
    let browser = browser::secret_of(&request, public_url)
        .unwrap_or_else(|| connect_page::new_browser(&app.env()));
    let cookie = browser::cookie(&browser, public_url);
    let ticket = Secret::new(ticket.into_inner());
    match open(&app, ticket, browser).await {
        Ok(opened) => {
            let template = StartPage::of(&opened);
            let permits = Permits {
                forms: Forms::Stripe,
                ..Permits::NOTHING
            };
            let mut answer = page_with(permits, StatusCode::OK, &template);
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                answer.headers_mut().insert(SET_COOKIE, cookie);
            }
            answer
        }
        Err(problem) => failure_page(&problem),
    }
}

async fn open(
    app: &web::Data<App>,
    ticket: Secret,
    browser: Secret,
) -> Result<ConnectPage, Problem> {
    let redirect = WebUrl::parse(&format!("{}/stripe/callback", app.settings.public_url))
        .map_err(|_| Problem::internal("the public URL does not give a callback URL"))?;
    let opened = blocking(app, move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        connect_page::open(store, stripe, &app.env(), (&ticket, &browser), &redirect)
    });
    Ok(opened.await??)
}

#[derive(Template)]
#[template(path = "connect/start.html")]
struct StartPage<'a> {
    title: &'static str,
    tenant: &'a str,
    mode: &'static str,
    token: Option<&'a str>,
    token_name: Option<&'a str>,
    begun_at: String,
    /// Stripe's page, and the fields of its query.
    action: &'a str,
    fields: Vec<(String, String)>,
}

impl<'a> StartPage<'a> {
    fn of(opened: &'a ConnectPage) -> Self {
        let url = opened.authorize_url.as_str();
        let (action, query) = url.split_once('?').unwrap_or((url, ""));
        let token = opened.begun_by.as_ref();
        let name = |token: &'a ManagementToken| token.name.as_ref().map(TokenName::as_str);
        Self {
            title: "Connect Stripe",
            tenant: opened.tenant.as_str(),
            mode: in_words(opened.mode),
            token: token.map(|token| token.id.as_str()),
            token_name: token.and_then(name),
            begun_at: to_the_minute(opened.begun_at),
            action,
            fields: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        }
    }
}
