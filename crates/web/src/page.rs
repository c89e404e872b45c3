//! Answers with an HTML page, which no browser stores.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use data_encoding::BASE64;
use mintage_domain::base::time::Timestamp;
use mintage_runtime::problem::Problem;
use ring::digest::{SHA256, digest};

/// What all pages look like.
pub(crate) const STYLE: &str = concat!(
    include_str!("../templates/base.css"),
    include_str!("../templates/page.css")
);

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| style_hash(STYLE));

/// What a page may do, besides showing itself in its own style.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permits {
    /// Whether the page may run the script of the pages.
    pub(crate) script: bool,
    /// Where the page may send forms.
    pub(crate) forms: Forms,
}

/// Where a page may send forms.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Forms {
    /// Nowhere.
    Nowhere,
    /// To this server.
    Here,
    /// To Stripe.
    Stripe,
}

impl Permits {
    /// A page to read.
    pub(crate) const NOTHING: Self = Self {
        script: false,
        forms: Forms::Nowhere,
    };

    fn directives(self) -> String {
        let script = if self.script {
            "; script-src 'self'"
        } else {
            ""
        };
        let forms = match self.forms {
            Forms::Nowhere => "; form-action 'none'",
            Forms::Here => "; form-action 'self'",
            // Browsers check each redirect after the form too, and those are up to Stripe.
            Forms::Stripe => "",
        };
        format!("{script}{forms}")
    }
}

/// An answer with a page that may do nothing.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    page_with(Permits::NOTHING, status, template)
}

/// An answer with a page.
pub(crate) fn page_with(
    permits: Permits,
    status: StatusCode,
    template: &impl Template,
) -> HttpResponse {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(cause = %error, "a page could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let policy = policy(&STYLE_HASH) + &permits.directives();
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header(("x-robots-tag", "noindex"))
        .insert_header(("content-security-policy", policy))
        .body(html)
}

/// The content security policy of a page that loads nothing and has a style of this hash.
pub(crate) fn policy(style_hash: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The hash of a style, by which a policy allows the style.
pub(crate) fn style_hash(style: &str) -> String {
    BASE64.encode(digest(&SHA256, style.as_bytes()).as_ref())
}

/// An answer with a page about a problem, with the status of the problem.
pub(crate) fn problem_page(problem: &Problem, template: &impl Template) -> HttpResponse {
    let status = StatusCode::from_u16(problem.code.status());
    let mut answer = page(
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        template,
    );
    answer.extensions_mut().insert(problem.code);
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// A time on a page, to the minute.
pub(crate) fn to_the_minute(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let minutes: String = time.chars().take(5).collect();
    format!("{date} {minutes} UTC")
}
