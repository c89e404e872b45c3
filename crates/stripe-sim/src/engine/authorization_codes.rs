use std::collections::HashMap;

use crate::base::scope::Scope;

/// A consent that the seller gave on the OAuth page.
pub(crate) struct AuthorizationCode {
    pub(crate) scope: Scope,
    /// OAuth's own `scope`: `read_only` or `read_write`.
    pub(crate) permission: String,
    /// Unix seconds.
    pub(crate) expires_at: i64,
    pub(crate) used: bool,
}

/// All authorization codes by their text.
#[derive(Default)]
pub(crate) struct AuthorizationCodes(HashMap<String, AuthorizationCode>);

impl AuthorizationCodes {
    pub(crate) fn insert(&mut self, text: String, code: AuthorizationCode) {
        self.0.insert(text, code);
    }

    pub(crate) fn get_mut(&mut self, text: &str) -> Option<&mut AuthorizationCode> {
        self.0.get_mut(text)
    }
}
