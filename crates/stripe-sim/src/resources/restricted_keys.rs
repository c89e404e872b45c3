//! Restricted keys, which the dashboard creates.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::base::scope::Scope;
use crate::engine::restricted_keys::RestrictedKey;
use crate::engine::world::World;

/// Creates a key with these permissions and returns it; `None` if there is no such account.
pub(crate) fn create(
    world: &mut World,
    scope: &Scope,
    name: &str,
    permissions: BTreeSet<String>,
) -> Option<Value> {
    world.accounts.get(&scope.account)?;
    let key = RestrictedKey {
        id: world.ids.object_id("mk_1"),
        scope: scope.clone(),
        name: name.to_owned(),
        key: world.ids.object_id(&format!("rk_{}_", scope.mode.as_str())),
        permissions,
        revoked: false,
    };
    let json = key.to_json();
    world.restricted_keys.insert(key);
    Some(json)
}
