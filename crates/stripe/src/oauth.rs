//! Connect's OAuth API. Stripe's published types do not include it, so the requests are built here.

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::{Grant, HttpResponse, StripeError};
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::refusal::OAuthRefusal;
use crate::{call, refusal};

/// `GET /oauth/authorize`, which the seller's browser requests.
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

/// `POST /oauth/token`. It must not be repeated, since Stripe revokes the grant when a code is used
/// twice.
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

/// Reads the grant of an exchange. The tokens are not read, since calls are made on the account with
/// the platform's own key.
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
        Some(OAuthRefusal { code, refusal }) => match code.as_str() {
            "invalid_grant" => StripeError::CodeRefused(refusal),
            "invalid_client" => StripeError::Unauthorized,
            _ => StripeError::Refused(refusal),
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

/// The result of revoking a grant.
pub(crate) enum Deauthorization {
    /// The grant was revoked.
    Done,
    /// The grant does not exist, or the client id is not the platform's. The answer does not
    /// distinguish the two; its error is kept here.
    Unknown(StripeError),
}

pub(crate) fn read_deauthorization(answer: &HttpResponse) -> Result<Deauthorization, StripeError> {
    if call::is_success(answer) {
        return Ok(Deauthorization::Done);
    }
    match refusal::of_oauth(answer) {
        None => Err(refusal::of(answer)),
        Some(OAuthRefusal { code, refusal }) => {
            let error = StripeError::Refused(refusal);
            if code == "invalid_client" {
                Ok(Deauthorization::Unknown(error))
            } else {
                Err(error)
            }
        }
    }
}
