//! The authority by which a change is made.

use std::collections::BTreeSet;

use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::{ManagementToken, TokenScope};

/// By whose authority a credential is created: nobody gives away more than they have.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// The operator, who may do everything.
    Operator,
    /// The holder of a management token, who may do what the token may do.
    Token(&'a ManagementToken),
}

impl Authority<'_> {
    /// The actor for the audit trail.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Operator => Actor::Operator,
            Self::Token(token) => Actor::Token(token.id.clone()),
        }
    }

    /// The first of the scopes that the holder lacks.
    pub fn lacks(&self, scopes: &BTreeSet<TokenScope>) -> Option<TokenScope> {
        match self {
            Self::Operator => None,
            Self::Token(token) => scopes.difference(&token.scopes).next().copied(),
        }
    }
}
