//! Restricted keys: keys of an account that may make only the calls of chosen permissions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::scope::Scope;

/// A restricted key of an account in one mode.
pub(crate) struct RestrictedKey {
    /// The id in the dashboard, which is no secret.
    pub(crate) id: String,
    pub(crate) scope: Scope,
    pub(crate) name: String,
    /// `rk_test_...` or `rk_live_...`.
    pub(crate) key: String,
    /// Names such as `rak_charge_read`.
    pub(crate) permissions: BTreeSet<String>,
    /// Whether the seller has revoked the key.
    pub(crate) revoked: bool,
}

impl RestrictedKey {
    /// The key as the control plane shows it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "account": self.scope.account,
            "livemode": self.scope.mode.livemode(),
            "name": self.name,
            "key": self.key,
            "permissions": self.permissions,
            "revoked": self.revoked,
        })
    }
}

/// All restricted keys, oldest first.
#[derive(Default)]
pub(crate) struct RestrictedKeys(Vec<RestrictedKey>);

impl RestrictedKeys {
    pub(crate) fn insert(&mut self, key: RestrictedKey) {
        self.0.push(key);
    }

    pub(crate) fn find(&self, key: &str) -> Option<&RestrictedKey> {
        self.0.iter().find(|known| known.key == key)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut RestrictedKey> {
        self.0.iter_mut().find(|known| known.id == id)
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(RestrictedKey::to_json).collect()
    }
}
