//! Looking behind the scenes.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, done, refused};
use crate::call;
use crate::delivery::Attempt;
use crate::events::Event;
use crate::shelf::Resource;
use crate::world::Shared;

/// The calls that are simulated, with their parameters.
pub(super) async fn calls() -> HttpResponse {
    done(call::catalogue())
}

pub(super) async fn requests(world: Data<Shared>) -> HttpResponse {
    done(world.lock().journal.body())
}

pub(super) async fn forget_requests(world: Data<Shared>) -> HttpResponse {
    world.lock().journal.clear();
    done(json!({}))
}

/// Every event of every account, oldest first, with the deliveries tried.
pub(super) async fn events(world: Data<Shared>) -> HttpResponse {
    let world = world.lock();
    let mut all: Vec<&Event> = world
        .all_books()
        .flat_map(|(_, books)| books.events.iter())
        .collect();
    all.sort_by_key(|event| event.number);
    let mut tried: HashMap<&str, Vec<Value>> = HashMap::new();
    for attempt in &world.attempts {
        tried
            .entry(attempt.event())
            .or_default()
            .push(attempt.body());
    }
    let show = |event: &&Event| {
        let mut body = event.body();
        body["deliveries"] = tried.remove(event.id()).unwrap_or_default().into();
        body
    };
    done(all.iter().map(show).collect())
}

pub(super) async fn deliveries(world: Data<Shared>) -> HttpResponse {
    done(world.lock().attempts.iter().map(Attempt::body).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resend {
    #[serde(default = "one")]
    copies: usize,
}

const MOST_COPIES: usize = 1000;

fn one() -> usize {
    1
}

pub(super) async fn resend(
    world: Data<Shared>,
    id: Path<String>,
    asked: Json<Resend>,
) -> HttpResponse {
    if asked.copies > MOST_COPIES {
        return refused(400, "That is more copies than a test can mean.");
    }
    let mut world = world.lock();
    let Some(scope) = world.owner(|books| books.events.get(&id)) else {
        return refused(404, "There is no such event.");
    };
    let sent = world.resend(&scope, &id, asked.copies);
    answer(sent.map(|deliveries| json!({ "deliveries": deliveries })))
}
