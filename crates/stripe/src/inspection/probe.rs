//! Asking for Stripe's consent page as a browser does, to learn whether Stripe would show it.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::{HttpResponse, Stripe, StripeError};

use crate::call;
use crate::client::StripeClient;

/// What Stripe answers to a browser that asks for the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizePage {
    /// Stripe shows the page, or asks the seller to sign in first.
    Offered,
    /// Stripe knows no application with the client id.
    UnknownClient,
    /// The application does not allow the redirect URI.
    UnknownRedirect,
    /// Stripe answers with this status, and does not say why.
    Unclear(u16),
}

/// Texts of Stripe's error pages, in lower case.
const NO_CLIENT: [&str; 3] = [
    "no application matches",
    "invalid client_id",
    "invalid_client",
];
const NO_REDIRECT: [&str; 3] = [
    "invalid redirect uri",
    "redirect_uri_mismatch",
    "invalid_redirect_uri",
];

impl StripeClient {
    /// Asks for the consent page. A seller who does not see the page can grant nothing, so that this
    /// changes nothing.
    pub(crate) fn authorize_page(
        &self,
        mode: Mode,
        redirect: &str,
    ) -> Result<AuthorizePage, StripeError> {
        let redirect =
            WebUrl::parse(redirect).map_err(|error| StripeError::Unreadable(error.to_string()))?;
        let url = self.authorize_url(mode, &Secret::new("doctor"), &redirect)?;
        Ok(judge(&call::page(self.http(), url)?))
    }
}

fn judge(answer: &HttpResponse) -> AuthorizePage {
    let text = String::from_utf8_lossy(&answer.body).to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|it| text.contains(it));
    if says(&NO_REDIRECT) {
        AuthorizePage::UnknownRedirect
    } else if says(&NO_CLIENT) {
        AuthorizePage::UnknownClient
    } else if answer.status < 400 {
        AuthorizePage::Offered
    } else {
        AuthorizePage::Unclear(answer.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_is_told_from_the_consent_page_by_what_it_says() {
        use AuthorizePage::{Offered, Unclear, UnknownClient, UnknownRedirect};
        for (status, body, page) in [
            (200, "<h1>Connect</h1>", Offered),
            (302, "", Offered),
            (
                400,
                "No application matches the supplied client identifier",
                UnknownClient,
            ),
            (400, "{\"error\":\"invalid_client\"}", UnknownClient),
            (
                400,
                "Invalid redirect URI 'https://a.test'",
                UnknownRedirect,
            ),
            (200, "redirect_uri_mismatch", UnknownRedirect),
            (429, "slow down", Unclear(429)),
            (500, "", Unclear(500)),
        ] {
            let answer = HttpResponse {
                status,
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
            };
            assert_eq!(judge(&answer), page, "{status} {body}");
        }
    }
}
