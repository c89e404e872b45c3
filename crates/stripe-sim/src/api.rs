//! The way of every `/v1` request: route, key, idempotency, parameters, work.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::API_VERSION;
use crate::call::{self, Call, Route};
use crate::error::StripeError;
use crate::events::Origin;
use crate::faults;
use crate::form;
use crate::idempotency::{self, Claim, Entry, Purpose, Stored};
use crate::keys::Caller;
use crate::params;
use crate::request::Request;
use crate::world::Shared;

/// Answers any request below `/v1`.
pub(crate) async fn serve(world: Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let request = Request::read(&world, &request, &body);
    let fault = world.lock().faults.strike(&request.method, &request.path);
    let answer = faults::around(fault, answer(&world, &request, fault)).await;
    with_headers(answer, &request)
}

async fn answer(world: &Shared, request: &Request, fault: Option<faults::Kind>) -> HttpResponse {
    let (job, claim) = match admit(world, request) {
        Ok(Admitted::Work(job, claim)) => (job, claim),
        Ok(Admitted::Replay(stored)) => return replayed(&stored),
        Err(error) => return reply(error.status, &error.body()),
    };
    faults::pause(fault).await;
    let (status, body) = match work(world, request, job) {
        Ok(body) => (200, body),
        Err(error) => (error.status, error.body()),
    };
    let answer = reply(status, &body);
    if let Some(claim) = claim {
        claim.settle(Stored {
            status,
            body,
            request_id: request.id.clone(),
        });
    }
    answer
}

/// A request that may go on.
struct Job {
    route: &'static Route,
    id: String,
    caller: Caller,
}

enum Admitted {
    Work(Job, Option<Claim>),
    Replay(Stored),
}

fn admit(world: &Shared, request: &Request) -> Result<Admitted, StripeError> {
    let (method, path) = (request.method.as_str(), request.path.as_str());
    let found = call::route(method, path);
    let (route, id) = found.ok_or_else(|| StripeError::unrecognized_url(method, path))?;
    let caller = world
        .lock()
        .authenticate(request.key.as_deref(), request.account.as_deref())?;
    let job = Job { route, id, caller };
    let Some(key) = &request.idempotency_key else {
        return Ok(Admitted::Work(job, None));
    };
    let mut params = request.params.clone();
    params.sort();
    let path = path.to_owned();
    Ok(
        match idempotency::enter(world, &job.caller.scope, key, Purpose { path, params })? {
            Entry::First(claim) => Admitted::Work(job, Some(claim)),
            Entry::Replay(stored) => Admitted::Replay(stored),
        },
    )
}

fn work(world: &Shared, request: &Request, job: Job) -> Result<Value, StripeError> {
    let args = params::check(job.route.params, &form::tree(&request.params))?;
    let mut world = world.lock();
    world.expire_due_sessions();
    (job.route.run)(&mut Call {
        world: &mut world,
        scope: job.caller.scope,
        application: job.caller.application,
        id: job.id,
        args,
        origin: Origin {
            request_id: Some(request.id.clone()),
            idempotency_key: request.idempotency_key.clone(),
        },
    })
}

fn reply(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status);
    answer
        .content_type("application/json")
        .body(format!("{body:#}"))
}

fn replayed(stored: &Stored) -> HttpResponse {
    let mut answer = reply(stored.status, &stored.body);
    set(&mut answer, "Idempotent-Replayed", "true");
    set(&mut answer, "Original-Request", &stored.request_id);
    answer
}

fn with_headers(mut answer: HttpResponse, request: &Request) -> HttpResponse {
    set(&mut answer, "Request-Id", &request.id);
    set(
        &mut answer,
        "Stripe-Version",
        request.version.as_deref().unwrap_or(API_VERSION),
    );
    if let Some(key) = &request.idempotency_key {
        set(&mut answer, "Idempotency-Key", key);
    }
    answer
}

/// Values come from headers or are made here; one that could not be a header is left out.
fn set(answer: &mut HttpResponse, name: &'static str, value: &str) {
    use actix_web::http::header::{HeaderName, HeaderValue};
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        answer.headers_mut().insert(name, value);
    }
}
