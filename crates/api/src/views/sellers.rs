//! Views of management tokens and the audit trail.

use mintage_domain::base::id::TokenId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName};
use mintage_domain::ports::AuditRecord;
use mintage_domain::usecase::sellers::token::CreatedToken;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of the audit trail.
pub(crate) type AuditEntryPage<'a> = PageView<AuditEntryView<'a>>;

/// An entry of the audit trail: an action of an actor on a target.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct AuditEntryView<'a> {
    #[schema(value_type = schema::AuditId)]
    id: &'a str,
    #[schema(value_type = schema::Time)]
    at: String,
    #[schema(value_type = schema::Actor)]
    actor: &'a str,
    /// The action: `license.frozen`.
    action: &'a str,
    /// The target of the action, such as the id of a license.
    target: &'a str,
    /// The address of the client; `null` if no request made the change.
    #[schema(required, value_type = Option<String>)]
    address: Option<&'a str>,
    /// The id of the request, which its answer has as `X-Request-Id`.
    #[schema(required, value_type = Option<String>)]
    request_id: Option<&'a str>,
}

impl<'a> AuditEntryView<'a> {
    /// The view of an entry.
    pub fn of(record: &'a AuditRecord) -> Self {
        Self {
            id: &record.id,
            at: record.at.to_rfc3339(),
            actor: &record.actor,
            action: &record.action,
            target: &record.target,
            address: record.address.as_deref(),
            request_id: record.request_id.as_deref(),
        }
    }
}

/// A page of management tokens.
pub(crate) type TokenPage<'a> = PageView<TokenView<'a>>;

/// A management token without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ManagementToken)]
pub struct TokenView<'a> {
    #[schema(value_type = schema::TokenId)]
    id: &'a TokenId,
    #[schema(required, value_type = Option<schema::TokenName>)]
    name: Option<&'a str>,
    #[schema(value_type = schema::TokenScopes)]
    scopes: Vec<&'static str>,
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// From when on the token is refused.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    /// Since when the token is refused.
    #[schema(required, value_type = Option<schema::Time>)]
    revoked_at: Option<String>,
    /// When the token was last used, accurate to a few seconds.
    #[schema(required, value_type = Option<schema::Time>)]
    last_used_at: Option<String>,
}

impl<'a> TokenView<'a> {
    /// The view of a token.
    pub fn of(token: &'a ManagementToken) -> Self {
        Self {
            id: &token.id,
            name: token.name.as_ref().map(TokenName::as_str),
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: token.created_at.to_rfc3339(),
            expires_at: token.expires_at.map(Timestamp::to_rfc3339),
            revoked_at: token.revoked_at.map(Timestamp::to_rfc3339),
            last_used_at: token.last_used_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// A new management token with the secret, which no later answer contains.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewManagementToken)]
pub struct TokenSecret<'a> {
    #[serde(flatten)]
    token: TokenView<'a>,
    /// `mt_...`, which callers send.
    management_token: &'a str,
}

impl<'a> TokenSecret<'a> {
    /// The view of a token that was just created.
    pub fn of(created: &'a CreatedToken) -> Self {
        Self {
            token: TokenView::of(&created.token),
            management_token: created.secret.expose(),
        }
    }
}
