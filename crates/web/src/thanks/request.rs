//! A request of a buyer: its session and its token, and how often it may be repeated.

use actix_web::{HttpMessage, HttpRequest, web};
use mintage_domain::base::id::SessionId;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::sellers::audit::Origin;
use mintage_domain::usecase::licenses::purchase::PurchaseError;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::rate_limit::{spend, subject_of};
use serde::Deserialize;
use utoipa::IntoParams;

/// The parameters of the page.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// The token of the order, which the checkout puts into the address. Without it, the page does not
    /// show the license key.
    #[param(nullable = false)]
    token: Option<String>,
    /// How often the page has loaded again by itself.
    #[serde(rename = "try")]
    #[param(nullable = false, rename = "try")]
    tries: Option<String>,
    /// `sent` after the key was mailed once more.
    #[param(nullable = false)]
    mail: Option<String>,
}

/// A request for the page of a session.
pub(super) struct BuyersRequest {
    /// `None` if the id is malformed, so that no session has it.
    pub(super) session: Option<SessionId>,
    pub(super) token: Option<String>,
    pub(super) tries: usize,
    pub(super) is_mailed_again: bool,
    pub(super) origin: Option<Origin>,
}

impl BuyersRequest {
    /// Reads a request. A parameter that is malformed counts as missing.
    pub(super) fn read(
        request: &HttpRequest,
        session: &str,
        query: Result<web::Query<Query>, actix_web::Error>,
    ) -> Self {
        let query = query.map(web::Query::into_inner).unwrap_or_default();
        Self {
            session: SessionId::parse(session).ok(),
            token: query.token.filter(|token| is_well_formed(token)),
            tries: query
                .tries
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            is_mailed_again: query.mail.as_deref() == Some("sent"),
            origin: request.extensions().get::<Origin>().cloned(),
        }
    }

    /// Admits a request by the rate of the client's address.
    pub(super) async fn admit(&self, app: &App) -> Result<(), Problem> {
        self.spend(app, Limited::Address).await
    }

    /// The problem of a request that failed. An id that no session has is a guess, and the guesses of an
    /// address are limited like guesses of credentials.
    pub(super) async fn problem(&self, app: &App, error: PurchaseError) -> Problem {
        if error == PurchaseError::Unknown
            && let Err(problem) = self.spend(app, Limited::Failures).await
        {
            return problem;
        }
        error.into()
    }

    async fn spend(&self, app: &App, what: Limited) -> Result<(), Problem> {
        let Some(origin) = &self.origin else {
            return Ok(());
        };
        let standing = spend(app, what, &subject_of(origin.address)).await;
        if standing.refused {
            return Err(Problem::rate_limited(standing.resets_in));
        }
        Ok(())
    }
}

/// Whether a text may be a token, and stand in a header and in a link.
fn is_well_formed(token: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=100).contains(&token.len()) && token.bytes().all(is_allowed)
}

/// A path with one more parameter.
pub(super) fn with(path: &str, name: &str, value: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{name}={value}")
}
