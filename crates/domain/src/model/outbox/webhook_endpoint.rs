//! A tenant's webhook endpoint.

use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::{InvalidWebUrl, WebUrl};

/// A tenant's license webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where to send; without it deliveries wait.
    pub url: Option<WebUrl>,
    /// The signing secret, sealed.
    pub sealed_secret: Sealed,
    /// Why nothing is sent any more, if the receiver said it is gone (410).
    pub gone_since: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}

/// Which webhook URLs a server accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPolicy {
    /// Only https: events carry license keys.
    HttpsOnly,
    /// Plain http too, on a server whose operator opened inner networks to webhooks.
    AllowHttp,
}

/// Why a text is not accepted as a webhook URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebhookUrl {
    /// It is not a URL.
    #[error(transparent)]
    Url(#[from] InvalidWebUrl),
    /// It is plain http.
    #[error("must be https: events carry license keys")]
    PlainHttp,
}

impl UrlPolicy {
    /// Reads a webhook URL.
    pub fn parse(self, text: &str) -> Result<WebUrl, InvalidWebhookUrl> {
        let url = WebUrl::parse(text)?;
        if self == Self::HttpsOnly && !url.is_https() {
            return Err(InvalidWebhookUrl::PlainHttp);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_accepted_only_where_the_operator_allows_it() {
        for (policy, text, accepted) in [
            (UrlPolicy::HttpsOnly, "https://shop.test/hook", true),
            (UrlPolicy::HttpsOnly, "http://shop.test/hook", false),
            (UrlPolicy::AllowHttp, "https://shop.test/hook", true),
            (UrlPolicy::AllowHttp, "http://shop.test/hook", true),
            (UrlPolicy::AllowHttp, "shop.test/hook", false),
        ] {
            assert_eq!(policy.parse(text).is_ok(), accepted, "{policy:?} {text}");
        }
    }
}
