//! `/v1/checkout/sessions`: list and expire. `create_session` creates sessions.

use std::mem;

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::session::{Session, SessionStatus};
use crate::params::spec::Kind::{Enum, Positive, Text};
use crate::params::spec::{CREATED, Param, optional};
use crate::resources::context::Context;

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Positive),
    optional("payment_intent", Text),
    optional("payment_link", Text),
    optional("starting_after", Text),
    optional("status", Enum(&["complete", "expired", "open"])),
];

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(context: &mut Context<'_>) -> ApiResult {
    let session = context
        .world
        .store
        .get::<Session>(&context.scope, &context.id)?;
    if session.status != SessionStatus::Open {
        return Err(StripeError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout \
             Session has a status of {}.",
            session.status.as_str()
        )));
    }
    set_expired(context.world, &context.scope, &context.id, &context.request)
}

/// Expires all open sessions with an `expires_at` in the past.
pub(crate) fn expire_due(world: &mut World) {
    let now = world.clock.now();
    // Timestamps are whole seconds, so a second search within the same second finds nothing new.
    if mem::replace(&mut world.last_expiry_check, now) == now {
        return;
    }
    let is_due =
        |session: &Session| session.status == SessionStatus::Open && session.expires_at <= now;
    let sessions = world.store.list_all::<Session>();
    let due: Vec<(Scope, String)> = sessions
        .filter(|(_, session)| is_due(session))
        .map(|(scope, session)| (scope.clone(), session.id.clone()))
        .collect();
    for (scope, id) in due {
        // The session was found in this store, so the lookup cannot fail.
        let _ = set_expired(world, &scope, &id, &EventRequest::default());
    }
}

fn set_expired(world: &mut World, scope: &Scope, id: &str, request: &EventRequest) -> ApiResult {
    let session = world.store.get_mut::<Session>(scope, id)?;
    session.status = SessionStatus::Expired;
    let json = session.to_json();
    world.emit(scope, "checkout.session.expired", &json, request);
    Ok(json)
}
