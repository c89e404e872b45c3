//! `/_sim`: what no Stripe has. Tests look behind the scenes and make things happen.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::config::{Mode, Secret, WebhookEndpoint};
use crate::error::StripeError;
use crate::events::{Event, Origin};
use crate::faults::Fault;
use crate::payments::Charge;
use crate::refunds::Wish;
use crate::shelf::Resource;
use crate::world::{Scope, Shared, World};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/requests", web::get().to(requests))
        .route("/requests", web::delete().to(forget_requests))
        .route("/events", web::get().to(events))
        .route("/events/{id}/resend", web::post().to(resend))
        .route("/deliveries", web::get().to(deliveries))
        .route("/faults", web::post().to(plant))
        .route("/faults", web::delete().to(heal))
        .route("/clock", web::post().to(set_clock))
        .route("/redirect_uris", web::post().to(add_redirect_uri))
        .route("/webhook_endpoints", web::post().to(add_endpoint))
        .route("/accounts", web::get().to(accounts))
        .route("/accounts", web::post().to(open_account))
        .route("/accounts/{id}", web::post().to(set_account))
        .route("/accounts/{id}/connect", web::post().to(connect))
        .route("/accounts/{id}/deauthorize", web::post().to(deauthorize))
        .route("/sessions/{id}/settle", web::post().to(settle))
        .route("/charges/{id}/refund", web::post().to(refund));
}

fn done(body: Value) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

fn refused(status: u16, sentence: &str) -> HttpResponse {
    answer(Err(StripeError::new(status, sentence)))
}

fn answer(result: Result<Value, StripeError>) -> HttpResponse {
    match result {
        Ok(body) => done(body),
        Err(error) if error.status == 404 => HttpResponse::NotFound().json(error.body()),
        Err(error) => HttpResponse::BadRequest().json(error.body()),
    }
}

async fn requests(world: Data<Shared>) -> HttpResponse {
    done(world.lock().journal.body())
}

async fn forget_requests(world: Data<Shared>) -> HttpResponse {
    world.lock().journal.clear();
    done(json!({}))
}

/// Every event of every account, oldest first, with the deliveries tried.
async fn events(world: Data<Shared>) -> HttpResponse {
    let world = world.lock();
    let mut all: Vec<&Event> = world
        .all_books()
        .flat_map(|(_, books)| books.events.iter())
        .collect();
    all.sort_by_key(|event| event.number);
    let show = |event: &&Event| {
        let tried = world
            .attempts
            .iter()
            .filter(|attempt| attempt.event() == event.id);
        let mut body = event.body();
        body["deliveries"] = tried.map(crate::delivery::Attempt::body).collect();
        body
    };
    done(all.iter().map(show).collect())
}

async fn deliveries(world: Data<Shared>) -> HttpResponse {
    done(
        world
            .lock()
            .attempts
            .iter()
            .map(crate::delivery::Attempt::body)
            .collect(),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend {
    #[serde(default = "one")]
    copies: usize,
}

fn one() -> usize {
    1
}

async fn resend(world: Data<Shared>, id: Path<String>, asked: Json<Resend>) -> HttpResponse {
    let mut world = world.lock();
    let owner = |world: &World| {
        let mut all = world.all_books();
        all.find_map(|(scope, books)| books.events.get(&id).map(|_| scope.clone()))
    };
    let Some(scope) = owner(&world) else {
        return refused(404, "There is no such event.");
    };
    let sent = world.resend(&scope, &id, asked.copies);
    answer(sent.map(|deliveries| json!({ "deliveries": deliveries })))
}

async fn plant(world: Data<Shared>, fault: Json<Fault>) -> HttpResponse {
    let fault = fault.into_inner();
    if !fault.is_sound() {
        return refused(400, "A fault's status is between 400 and 599.");
    }
    world.lock().faults.plant(fault);
    done(json!({}))
}

async fn heal(world: Data<Shared>) -> HttpResponse {
    world.lock().faults.clear();
    done(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    offset: i64,
}

async fn set_clock(world: Data<Shared>, clock: Json<Clock>) -> HttpResponse {
    let mut world = world.lock();
    world.config.clock_offset = clock.offset;
    world.expire_due_sessions();
    done(json!({ "now": world.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedirectUri {
    uri: String,
}

async fn add_redirect_uri(world: Data<Shared>, asked: Json<RedirectUri>) -> HttpResponse {
    world
        .lock()
        .config
        .redirect_uris
        .push(asked.into_inner().uri);
    done(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    url: String,
    secret: String,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    account: Option<String>,
}

async fn add_endpoint(world: Data<Shared>, asked: Json<Endpoint>) -> HttpResponse {
    let asked = asked.into_inner();
    world.lock().config.webhook_endpoints.push(WebhookEndpoint {
        url: asked.url,
        secret: Secret::new(asked.secret),
        mode: Mode::of(asked.livemode),
        account: asked.account,
    });
    done(json!({}))
}

/// The accounts with their own keys and what the platform may do.
async fn accounts(world: Data<Shared>) -> HttpResponse {
    let world = world.lock();
    done(
        world
            .accounts
            .iter()
            .map(|account| show_account(&world, account))
            .collect(),
    )
}

fn show_account(world: &World, account: &Account) -> Value {
    let mode = |mode: Mode| {
        let scope = Scope::new(&account.id, mode);
        json!({
            "connected": world.accounts.is_connected(&scope),
            "secret_key": world.accounts.own_key(&scope),
        })
    };
    json!({
        "id": account.id,
        "email": account.email,
        "charges_enabled": account.charges_enabled,
        "payouts_enabled": account.payouts_enabled,
        "details_submitted": account.details_submitted,
        "test": mode(Mode::Test),
        "live": mode(Mode::Live),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    #[serde(default)]
    email: Option<String>,
}

async fn open_account(world: Data<Shared>, asked: Json<NewAccount>) -> HttpResponse {
    let mut world = world.lock();
    let id = world.open_account(asked.email.as_deref());
    let shown = world
        .accounts
        .get(&id)
        .map(|account| show_account(&world, account));
    done(shown.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    charges_enabled: Option<bool>,
    payouts_enabled: Option<bool>,
    details_submitted: Option<bool>,
}

/// Sets flags and tells of it where the platform is connected.
async fn set_account(world: Data<Shared>, id: Path<String>, flags: Json<Flags>) -> HttpResponse {
    let mut world = world.lock();
    let Some(account) = world.accounts.get_mut(&id) else {
        return refused(404, "There is no such account.");
    };
    let mut previous = json!({});
    let wanted = [
        (
            "charges_enabled",
            flags.charges_enabled,
            &mut account.charges_enabled,
        ),
        (
            "payouts_enabled",
            flags.payouts_enabled,
            &mut account.payouts_enabled,
        ),
        (
            "details_submitted",
            flags.details_submitted,
            &mut account.details_submitted,
        ),
    ];
    for (name, wanted, flag) in wanted {
        if let Some(wanted) = wanted.filter(|wanted| wanted != flag) {
            previous[name] = (*flag).into();
            *flag = wanted;
        }
    }
    let body = account.body();
    for mode in [Mode::Test, Mode::Live] {
        let scope = Scope::new(&*id, mode);
        if world.accounts.is_connected(&scope) {
            world.emit_update(&scope, "account.updated", body.clone(), previous.clone());
        }
    }
    done(body)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InMode {
    #[serde(default)]
    livemode: bool,
}

/// What OAuth does, without the browser.
async fn connect(world: Data<Shared>, id: Path<String>, asked: Json<InMode>) -> HttpResponse {
    let mut world = world.lock();
    if world.accounts.get(&id).is_none() {
        return refused(404, "There is no such account.");
    }
    world
        .accounts
        .connect(Scope::new(&*id, Mode::of(asked.livemode)));
    done(json!({}))
}

/// The seller removes the platform in their own dashboard.
async fn deauthorize(world: Data<Shared>, id: Path<String>, asked: Json<InMode>) -> HttpResponse {
    let scope = Scope::new(&*id, Mode::of(asked.livemode));
    if world.lock().deauthorize(&scope) {
        done(json!({}))
    } else {
        refused(404, "The account is not connected in this mode.")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settlement {
    succeeds: bool,
}

/// The bank has moved the money, or refused to.
async fn settle(world: Data<Shared>, id: Path<String>, asked: Json<Settlement>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.session_scope(&id) else {
        return refused(404, "There is no such session.");
    };
    answer(
        world
            .settle(&scope, &id, asked.succeeds)
            .map(|()| json!({})),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundWish {
    #[serde(default)]
    amount: Option<i64>,
}

/// The seller gives money back in their own dashboard.
async fn refund(world: Data<Shared>, id: Path<String>, asked: Json<RefundWish>) -> HttpResponse {
    let mut world = world.lock();
    let owner = |world: &World| {
        let mut all = world.all_books();
        all.find_map(|(scope, books)| {
            books
                .charges
                .get(&id)
                .map(|charge: &Charge| (scope.clone(), charge.refundable()))
        })
    };
    let Some((scope, left)) = owner(&world) else {
        return refused(404, "There is no such charge.");
    };
    if asked
        .amount
        .is_some_and(|amount| !(1..=left).contains(&amount))
    {
        return refused(
            400,
            "The amount must be between 1 and what is not refunded yet.",
        );
    }
    let wish = Wish {
        amount: asked.amount,
        ..Wish::default()
    };
    answer(world.refund(&scope, &id, wish, &Origin::default()))
}
