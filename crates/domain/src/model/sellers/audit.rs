//! The audit trail: who changed what. An entry is committed together with its change.

use std::net::IpAddr;

use crate::base::id::{ApiKeyId, AuditId, TokenId};
use crate::base::slug::TenantId;
use crate::base::text::Text;
use crate::base::time::Timestamp;

/// A text that entries of the audit trail are filtered by.
pub type SearchText = Text<255>;

/// An entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub action: &'static str,
    /// What was changed: an id or a slug, never a secret.
    pub target: String,
    /// The request that made the change; `None` for commands and background tasks.
    pub origin: Option<Origin>,
}

/// The request that made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The address of the client.
    pub address: IpAddr,
    /// The id of the request, which its answer and its lines in the log have too.
    pub request_id: String,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The operator, on the command line.
    Operator,
    /// The holder of a management token.
    Token(TokenId),
    /// The holder of an API key.
    ApiKey(ApiKeyId),
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
    /// The actor as text: `operator`, `token:tok_…`, `api-key:ak_…`, `seller`, `buyer`, `stripe` or
    /// `system`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Operator => "operator".to_owned(),
            Self::Token(id) => format!("token:{id}"),
            Self::ApiKey(id) => format!("api-key:{id}"),
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
        for (actor, text) in [
            (Actor::Operator, "operator"),
            (Actor::Token(token), "token:tok_1"),
            (Actor::ApiKey(api_key), "api-key:ak_live_1"),
            (Actor::Seller, "seller"),
            (Actor::Buyer, "buyer"),
            (Actor::Stripe, "stripe"),
            (Actor::System, "system"),
        ] {
            assert_eq!(actor.to_text(), text);
        }
    }
}
