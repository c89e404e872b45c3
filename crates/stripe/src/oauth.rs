//! Connect's OAuth. Stripe's published types leave it out; these calls are ours, in their manner.

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::{Grant, HttpResponse, StripeError};
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::{call, refusal};

/// `GET /oauth/authorize`, which is the seller's browser's to make.
pub(crate) fn authorize(client_id: &str, state: &Secret, redirect: &WebUrl) -> RequestBuilder {
    #[derive(Serialize)]
    struct Query<'a> {
        response_type: &'a str,
        client_id: &'a str,
        scope: &'a str,
        state: &'a str,
        redirect_uri: &'a str,
    }
    RequestBuilder::new(StripeMethod::Get, "/oauth/authorize").query(&Query {
        response_type: "code",
        client_id,
        scope: "read_write",
        state: state.expose(),
        redirect_uri: redirect.as_str(),
    })
}

/// `POST /oauth/token`. Never to be repeated: a code that comes twice ends the grant.
pub(crate) fn exchange(code: &Secret) -> RequestBuilder {
    #[derive(Serialize)]
    struct Form<'a> {
        grant_type: &'a str,
        code: &'a str,
    }
    RequestBuilder::new(StripeMethod::Post, "/oauth/token").form(&Form {
        grant_type: "authorization_code",
        code: code.expose(),
    })
}

/// Reads what an exchange grants. The tokens are not read: calls are made with the platform's own
/// key on the account.
pub(crate) fn read_grant(answer: &HttpResponse) -> Result<Grant, StripeError> {
    #[derive(Deserialize)]
    struct Granted {
        stripe_user_id: StripeAccountId,
        livemode: bool,
    }
    if call::is_success(answer) {
        let granted: Granted = call::read_body(answer)?;
        return Ok(Grant {
            account: granted.stripe_user_id,
            livemode: granted.livemode,
        });
    }
    Err(match refusal::of_oauth(answer) {
        None => refusal::of(answer),
        Some(told) => match told.code.as_str() {
            "invalid_grant" => StripeError::CodeRefused,
            "invalid_client" => StripeError::Unauthorized,
            _ => told.error,
        },
    })
}

/// `POST /oauth/deauthorize`.
pub(crate) fn deauthorize(client_id: &str, account: &StripeAccountId) -> RequestBuilder {
    #[derive(Serialize)]
    struct Form<'a> {
        client_id: &'a str,
        stripe_user_id: &'a str,
    }
    RequestBuilder::new(StripeMethod::Post, "/oauth/deauthorize").form(&Form {
        client_id,
        stripe_user_id: account.as_str(),
    })
}

/// What came of ending a grant.
pub(crate) enum Ended {
    /// It is over.
    Now,
    /// Stripe knows no such grant, or the client id is not the platform's: the error says which.
    Unknown(StripeError),
}

pub(crate) fn read_end(answer: &HttpResponse) -> Result<Ended, StripeError> {
    if call::is_success(answer) {
        return Ok(Ended::Now);
    }
    match refusal::of_oauth(answer) {
        None => Err(refusal::of(answer)),
        Some(told) if told.code == "invalid_client" => Ok(Ended::Unknown(told.error)),
        Some(told) => Err(told.error),
    }
}
