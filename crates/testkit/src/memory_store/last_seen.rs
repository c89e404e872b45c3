//! When API keys, management tokens and devices were last seen.

use std::collections::HashMap;

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::ports::{LastSeen, SeenTarget, StoreError};

use crate::memory_store::store::MemoryStore;

impl LastSeen for MemoryStore {
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError> {
        let tables = &mut *self.tables();
        for (target, at) in seen {
            match target {
                SeenTarget::ApiKey(key) => {
                    if tables.api_keys.contains_key(key) {
                        let last_seen = tables.api_keys_last_seen.entry(key.clone()).or_insert(*at);
                        *last_seen = (*last_seen).max(*at);
                    }
                }
                SeenTarget::Token(token) => {
                    if let Some(token) = tables.tokens.get_mut(token) {
                        token.last_used_at = token.last_used_at.max(Some(*at));
                    }
                }
                SeenTarget::Account(account) => {
                    if tables.accounts.contains_key(account) {
                        let seen = tables.accounts_last_seen.entry(account.clone());
                        let seen = seen.or_insert(*at);
                        *seen = (*seen).max(*at);
                    }
                }
                SeenTarget::Device(license, fingerprint) => {
                    let key = (license.clone(), fingerprint.clone());
                    let device = tables.activations.get_mut(&key);
                    if let Some(device) = device.filter(|it| Activation::is_active(it)) {
                        device.seen(*at);
                    }
                }
            }
        }
        Ok(())
    }

    fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError> {
        let tables = self.tables();
        let used = |key: &ApiKeyId| Some((key.clone(), *tables.api_keys_last_seen.get(key)?));
        Ok(keys.iter().filter_map(used).collect())
    }
}
