//! `GET /stripe/callback`: where Stripe sends the seller back to.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use mintage_domain::mode::Mode;
use mintage_domain::secret::Secret;
use mintage_domain::usecase::connect::{self, Connected};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::crash::{self, Point};
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// What Stripe appends to the address.
#[derive(Deserialize, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// What the grant is fetched with.
    #[param(nullable = false)]
    code: Option<String>,
    /// Which attempt to connect it was.
    #[param(nullable = false)]
    state: Option<String>,
    /// Why the seller granted nothing.
    #[param(nullable = false)]
    error: Option<String>,
}

/// Where Stripe sends the seller back to
///
/// Finishes connecting, and shows the seller a page. The checkout key is shown there, once.
#[utoipa::path(
    get,
    path = "/stripe/callback",
    operation_id = "finishConnecting",
    tag = "Integrations",
    params(Query),
    responses(
        (status = 200, description = "Connected, or cancelled.",
            body = String, content_type = "text/html; charset=utf-8"),
        (status = "default", description = "Not connected. The page tells the code of the error.",
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
        "common/internal",
        "common/unavailable",
    ]))),
)]
pub(super) async fn finish(
    app: web::Data<App>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> HttpResponse {
    // A query that cannot be read carries no state, and its reader is a person all the same.
    let Query { code, state, error } = query.map(web::Query::into_inner).unwrap_or_default();
    // Stripe may drop the state of a cancelled round, so a cancel needs none and changes nothing.
    if error.is_some() {
        return page(StatusCode::OK, "Not connected", CANCELLED);
    }
    let (Some(code), Some(state)) = (code, state) else {
        let error = Problem::from(connect::ConnectError::InvalidState);
        return failed(&error);
    };
    let (code, state) = (Secret::new(code), Secret::new(state));
    let outcome = blocking(&app, move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let connected = connect::finish(store, stripe, &app.env(), &state, &code)?;
        crash::point(Point::ConnectLinked);
        // A sandbox that was left is let go at once if Stripe answers, else by the sweeper.
        if let Err(error) = connect::retire(store, stripe, &app.env(), &connected.tenant) {
            tracing::warn!(cause = %error, "the former account is let go later");
        }
        Ok::<_, connect::ConnectError>(connected)
    })
    .await;
    match outcome {
        Ok(Ok(connected)) => page(StatusCode::OK, "Connected to Stripe", &shown(&connected)),
        Ok(Err(error)) => failed(&error.into()),
        Err(error) => failed(&error.into()),
    }
}

const CANCELLED: &str = "<p>You cancelled the connection at Stripe. Nothing has changed.</p>\
    <p>To connect, start again from your integration settings.</p>";

fn shown(connected: &Connected) -> String {
    let mode = match connected.mode {
        Mode::Sandbox => "sandbox mode (test cards only)",
        Mode::Live => "live mode (real money)",
    };
    let key = match &connected.checkout_key {
        Some(key) => format!(
            "<p>Your checkout key, shown this once. Keep it on your server, never in a page:</p>\
             <p><code id=\"checkout-key\">{}</code></p>",
            key.expose()
        ),
        None => "<p>Your checkout key goes on as before. If you have lost it, rotate it with \
                 <code>POST /v1/integrations/stripe/rotate-checkout-key</code>.</p>"
            .to_owned(),
    };
    format!(
        "<p>The account <code>{}</code> is connected in {mode}.</p>{key}\
         <p>Next: <code>POST /v1/integrations/stripe/setup-prices</code> makes your prices on \
         it, then your backend opens checkouts with <code>POST /api/{}/checkout</code>.</p>",
        connected.account, connected.tenant
    )
}

/// No detail of an error comes from the query, so nothing in it can be injected.
fn failed(error: &Problem) -> HttpResponse {
    let mut answer = page(
        StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        "Not connected",
        &format!(
            "<p>{}.</p><p>Code: <code id=\"error-code\">{}</code>. Start again from your \
             integration settings.</p>",
            escape(&error.message),
            error.code.as_str()
        ),
    );
    if let Some(seconds) = error.retry_after {
        answer
            .headers_mut()
            .insert(actix_web::http::header::RETRY_AFTER, seconds.into());
    }
    answer
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn page(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <style>body{{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}\
             code{{background:#f2f2f2;padding:.1em .3em;word-break:break-all}}</style></head>\
             <body><h1>{title}</h1>{body}</body></html>"
        ))
}
