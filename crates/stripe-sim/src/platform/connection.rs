use serde_json::json;

use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;

/// Removes the platform's access to an account and emits the event. Returns `false` if the
/// platform had no access.
pub(crate) fn deauthorize(world: &mut World, scope: &Scope) -> bool {
    if !world.accounts.is_connected(scope) {
        return false;
    }
    let application = json!({
        "id": world.config.platform(scope.mode).client_id,
        "object": "application",
        "name": "Simulated platform",
    });
    // Only endpoints of a connected platform receive the event, so the event comes first.
    world.emit(
        scope,
        "account.application.deauthorized",
        &application,
        &EventRequest::default(),
    );
    world.accounts.disconnect(scope);
    true
}
