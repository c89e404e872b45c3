//! The time of subscriptions, and what buyers and sellers do with them.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::json;

use crate::base::error::ApiResult;
use crate::base::scope::Scope;
use crate::control::response;
use crate::engine::world::{SharedWorld, World};
use crate::model::subscription::Subscription;
use crate::resources::subscriptions;

/// What happens to a subscription.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Happening {
    /// Its time passes until this Unix time.
    AdvanceTo(i64),
    /// Payments fail from now on, or succeed again.
    FailPayments(bool),
    /// Stripe tries to pay the last invoice again.
    Retry {},
    /// The seller voids the last invoice.
    Void {},
    /// The seller writes the last invoice off.
    WriteOff {},
    /// The seller pauses it, or resumes it.
    Pause(bool),
    /// It moves to another price.
    Switch(String),
    /// It ends at once.
    Cancel {},
}

pub(crate) async fn act(
    world: Data<SharedWorld>,
    id: Path<String>,
    happening: Json<Happening>,
) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Subscription>(&id) else {
        return response::error(404, "There is no such subscription.");
    };
    response::result(happen(&mut world, &scope, &id, &happening))
}

fn happen(world: &mut World, scope: &Scope, id: &str, happening: &Happening) -> ApiResult {
    match happening {
        Happening::AdvanceTo(to) => subscriptions::advance(world, scope, id, *to),
        Happening::FailPayments(fail) => {
            subscriptions::set_payments(world, scope, id, *fail).map(|()| json!({}))
        }
        Happening::Retry {} => subscriptions::retry(world, scope, id),
        Happening::Void {} => subscriptions::give_up(world, scope, id, "void"),
        Happening::WriteOff {} => subscriptions::give_up(world, scope, id, "uncollectible"),
        Happening::Pause(is_paused) => subscriptions::pause(world, scope, id, *is_paused),
        Happening::Switch(price) => subscriptions::switch(world, scope, id, price),
        Happening::Cancel {} => {
            let now = world.clock.now();
            subscriptions::end(world, scope, id, now)
        }
    }
}
