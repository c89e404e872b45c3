//! The simulator's state for inspection by tests.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::response;
use crate::engine::outbox::Attempt;
use crate::engine::world::SharedWorld;
use crate::model::event::Event;
use crate::model::object::StripeObject;
use crate::wire::routes;

const MAX_COPIES: usize = 1000;

/// Lists the calls that the simulator supports, with their parameters.
pub(crate) async fn list_calls() -> HttpResponse {
    response::ok(routes::to_json())
}

pub(crate) async fn list_requests(world: Data<SharedWorld>) -> HttpResponse {
    response::ok(world.lock().journal.to_json())
}

pub(crate) async fn delete_requests(world: Data<SharedWorld>) -> HttpResponse {
    world.lock().journal.clear();
    response::ok(json!({}))
}

/// Lists the events of all accounts, oldest first, with their delivery attempts.
pub(crate) async fn list_events(world: Data<SharedWorld>) -> HttpResponse {
    let world = world.lock();
    let events = world.store.list_all::<Event>();
    let mut events: Vec<&Event> = events.map(|(_, event)| event).collect();
    events.sort_by_key(|event| event.number);
    let mut attempts: HashMap<&str, Vec<Value>> = HashMap::new();
    for attempt in &world.outbox.attempts {
        attempts
            .entry(&attempt.event)
            .or_default()
            .push(attempt.to_json());
    }
    let event_json = |event: &&Event| {
        let mut json = event.to_json();
        json["deliveries"] = attempts.remove(event.id()).unwrap_or_default().into();
        json
    };
    response::ok(events.iter().map(event_json).collect())
}

pub(crate) async fn list_deliveries(world: Data<SharedWorld>) -> HttpResponse {
    let world = world.lock();
    response::ok(world.outbox.attempts.iter().map(Attempt::to_json).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resend {
    #[serde(default = "one")]
    copies: usize,
}

fn one() -> usize {
    1
}

pub(crate) async fn resend_event(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Json<Resend>,
) -> HttpResponse {
    if body.copies > MAX_COPIES {
        return response::error(400, &format!("copies must be at most {MAX_COPIES}."));
    }
    let world = world.lock();
    let Some(scope) = world.store.scope_of::<Event>(&id) else {
        return response::error(404, "There is no such event.");
    };
    let sent = world.resend(&scope, &id, body.copies);
    response::result(sent.map(|deliveries| json!({ "deliveries": deliveries })))
}
