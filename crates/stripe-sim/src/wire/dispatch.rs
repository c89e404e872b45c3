//! Handles a `/v1` request: route, authentication, idempotency, parameters, execution.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::base::error::StripeError;
use crate::engine::authentication::Caller;
use crate::engine::faults::FaultKind;
use crate::engine::idempotency::{Claim, Fingerprint, Lookup, StoredResponse};
use crate::engine::permissions;
use crate::engine::world::{SharedWorld, World};
use crate::model::event::EventRequest;
use crate::params::{form_tree, parse};
use crate::resources::context::Context;
use crate::resources::{existence, sessions};
use crate::wire::request::Request;
use crate::wire::routes::{self, Route};
use crate::wire::{faults, response};

/// Handles every request that no other route matches.
pub(crate) async fn serve(
    world: Data<SharedWorld>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let request = Request::read(&world, &request, &body);
    let fault = world.lock().faults.take(&request.method, &request.path);
    let handler = respond(&world, &request, fault.clone());
    let mut response = faults::inject(fault, handler).await;
    response::add_headers(&mut response, &request);
    response
}

async fn respond(world: &SharedWorld, request: &Request, fault: Option<FaultKind>) -> HttpResponse {
    let (call, claim) = match admit(world, request) {
        Ok(Admission::Execute(call, claim)) => (call, claim),
        Ok(Admission::Replay(stored)) => return response::replay(&stored),
        Err(error) => return response::json(error.status, &error.to_json()),
    };
    faults::delay(fault.as_ref()).await;
    let (status, body) = match execute(world, request, call) {
        Ok(body) => (200, body),
        Err(error) => (error.status, error.to_json()),
    };
    let response = response::json(status, &body);
    if let Some(claim) = claim {
        claim.store(StoredResponse {
            status,
            body,
            request_id: request.id.clone(),
        });
    }
    response
}

/// A request with a known route and an authenticated caller.
struct Call {
    route: &'static Route,
    /// The value of `{id}` in the path.
    id: String,
    caller: Caller,
}

enum Admission {
    Execute(Call, Option<Claim>),
    Replay(StoredResponse),
}

fn admit(world: &SharedWorld, request: &Request) -> Result<Admission, StripeError> {
    let (method, path) = (request.method.as_str(), request.path.as_str());
    let found = routes::find(method, path);
    let (route, id) = found.ok_or_else(|| StripeError::unrecognized_url(method, path))?;
    let caller = world
        .lock()
        .authenticate(request.key.as_deref(), request.account.as_deref())?;
    let call = Call { route, id, caller };
    let Some(key) = &request.idempotency_key else {
        return Ok(Admission::Execute(call, None));
    };
    let mut params = request.params.clone();
    params.sort();
    let path = path.to_owned();
    let keys = world.lock().idempotency_keys.clone();
    let lookup = keys.claim(&call.caller.scope, key, Fingerprint { path, params })?;
    Ok(match lookup {
        Lookup::First(claim) => Admission::Execute(call, Some(claim)),
        Lookup::Replay(stored) => Admission::Replay(stored),
    })
}

fn execute(world: &SharedWorld, request: &Request, call: Call) -> Result<Value, StripeError> {
    let params = parse::parse(call.route.params, &form_tree::tree(&request.params))?;
    let mut world = world.lock();
    sessions::expire_due(&mut world);
    check_permission(&world, &call)?;
    (call.route.handler)(&mut Context {
        world: &mut world,
        scope: call.caller.scope,
        application: call.caller.application,
        id: call.id,
        params,
        request: EventRequest {
            id: Some(request.id.clone()),
            idempotency_key: request.idempotency_key.clone(),
        },
    })
}

/// Refuses a call that a restricted key may not make. The parameters were checked before.
fn check_permission(world: &World, call: &Call) -> Result<(), StripeError> {
    let Some(restriction) = &call.caller.restriction else {
        return Ok(());
    };
    let (route, scope) = (call.route, &call.caller.scope);
    let permission = permissions::needed(route.method, route.path);
    if restriction.allows(&permission) {
        return Ok(());
    }
    let mut first = world.existence_first.iter();
    if !call.id.is_empty() && first.any(|below| route.path.starts_with(below)) {
        existence::check(world, scope, route.path, &call.id)?;
    }
    Err(restriction.denial(&permission, scope))
}
