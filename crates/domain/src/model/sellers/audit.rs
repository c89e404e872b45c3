//! The audit trail: who changed what. An entry is committed together with its change.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::base::id::{ApiKeyId, AuditId, TokenId};
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::text_newtype::text_newtype;
use crate::base::time::Timestamp;

/// A text that entries of the audit trail are filtered by.
pub type SearchText = Text<255>;

/// An entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditEntry {
    /// Public id of the entry.
    pub id: AuditId,
    /// The tenant whose data was changed.
    pub tenant: TenantId,
    /// When the change was made.
    pub at: Timestamp,
    /// Who made the change.
    pub actor: Actor,
    /// The name of the change: `license.minted`, `stripe.connected`, …
    pub action: Cow<'static, str>,
    /// What was changed: an id or a slug, never a secret.
    pub target: String,
    /// The request that made the change; `None` for commands and background tasks.
    pub origin: Option<Origin>,
}

/// The request that made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Origin {
    /// The address of the client.
    pub address: IpAddr,
    /// The id of the request, which its answer and its lines in the log have too.
    pub request_id: String,
}

text_newtype! {
    /// The name of a service that embeds the domain: 1 to 64 visible ASCII characters.
    pub struct ServiceName;

    /// The text is not a [`ServiceName`].
    #[error("must have 1 to 64 visible ASCII characters")]
    pub struct InvalidServiceName;

    parse: |text| {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_valid = (1..=64).contains(&text.len()) && is_visible;
        is_valid.then(|| text.to_owned())
    };
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Actor {
    /// The operator, on the command line.
    Operator,
    /// The holder of a management token.
    Token(TokenId),
    /// The holder of an API key.
    ApiKey(ApiKeyId),
    /// A service that embeds the domain.
    Service(ServiceName),
    /// The seller, in the browser at the end of an OAuth round.
    Seller,
    /// A buyer, on the page after the payment.
    Buyer,
    /// Stripe, through an event.
    Stripe,
    /// Mintage itself, in a background task.
    System,
}

impl Actor {
    /// The actor as text: `operator`, `token:tok_…`, `api-key:ak_…`, `service:…`, `seller`,
    /// `buyer`, `stripe` or `system`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Operator => "operator".to_owned(),
            Self::Token(id) => format!("token:{id}"),
            Self::ApiKey(id) => format!("api-key:{id}"),
            Self::Service(name) => format!("service:{name}"),
            Self::Seller => "seller".to_owned(),
            Self::Buyer => "buyer".to_owned(),
            Self::Stripe => "stripe".to_owned(),
            Self::System => "system".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_written_with_who_it_was() {
        let token = TokenId::parse("tok_1").expect("it has the prefix");
        let api_key = ApiKeyId::parse("ak_live_1").expect("it has the prefix");
        let service = ServiceName::parse("shop").expect("it is short and visible");
        for (actor, text) in [
            (Actor::Operator, "operator"),
            (Actor::Token(token), "token:tok_1"),
            (Actor::ApiKey(api_key), "api-key:ak_live_1"),
            (Actor::Service(service), "service:shop"),
            (Actor::Seller, "seller"),
            (Actor::Buyer, "buyer"),
            (Actor::Stripe, "stripe"),
            (Actor::System, "system"),
        ] {
            assert_eq!(actor.to_text(), text);
        }
    }

    #[test]
    fn a_service_has_a_short_name_that_can_be_seen() {
        for (name, good) in [
            ("shop", true),
            ("Shop/eu-1", true),
            ("", false),
            ("my shop", false),
            ("caf\u{e9}", false),
            (&*"s".repeat(64), true),
            (&*"s".repeat(65), false),
        ] {
            assert_eq!(ServiceName::parse(name).is_ok(), good, "{name}");
        }
    }
}
