//! `/oauth/authorize`: the consent page and the way back from it.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::config::Mode;
use crate::form::{self, Pairs};
use crate::pages::{self, Consent};
use crate::world::{Scope, Shared, World};

/// Fields that the page hands on from the request.
const CARRIED: [&str; 5] = [
    "response_type",
    "client_id",
    "scope",
    "state",
    "redirect_uri",
];

/// A request for consent that can be answered.
struct Wanted {
    mode: Mode,
    redirect_uri: String,
    granted: String,
    state: Option<String>,
}

/// Shows the page, or why there is none.
pub(crate) async fn show(world: Data<Shared>, request: HttpRequest) -> HttpResponse {
    let params = form::pairs(request.query_string());
    let world = world.lock();
    let wanted = match wanted(&world, &params) {
        Ok(wanted) => wanted,
        Err(sentence) => return refused(&sentence),
    };
    let platform = world.config.platform_account.as_str();
    let accounts = world.accounts.iter().map(|account| account.id.clone());
    let fields: Pairs = params
        .into_iter()
        .filter(|(name, _)| CARRIED.contains(&name.as_str()))
        .collect();
    pages::consent(&Consent {
        fields: &fields,
        accounts: accounts.filter(|id| id != platform).collect(),
        mode: wanted.mode.word(),
    })
}

/// Takes the decision and sends the browser back.
pub(crate) async fn decide(world: Data<Shared>, body: Bytes) -> HttpResponse {
    let params = form::pairs(&String::from_utf8_lossy(&body));
    let mut world = world.lock();
    let wanted = match wanted(&world, &params) {
        Ok(wanted) => wanted,
        Err(sentence) => return refused(&sentence),
    };
    if form::field(&params, "decision") != Some("connect") {
        let state = wanted
            .state
            .as_deref()
            .filter(|_| world.config.cancel_keeps_state);
        let mut answer = vec![
            ("error", "access_denied"),
            ("error_description", "The user denied your request"),
        ];
        answer.extend(state.map(|state| ("state", state)));
        return back(&wanted.redirect_uri, &answer);
    }
    let chosen = form::field(&params, "account").unwrap_or_default();
    let account = match chosen {
        "" => world.open_account(None),
        id if world.accounts.get(id).is_some() && id != world.config.platform_account => {
            id.to_owned()
        }
        id => return refused(&format!("There is no account {id} to connect.")),
    };
    let code = world.grant_code(Scope::new(account, wanted.mode), &wanted.granted);
    let mut answer = vec![("code", code.as_str()), ("scope", wanted.granted.as_str())];
    answer.extend(wanted.state.as_deref().map(|state| ("state", state)));
    back(&wanted.redirect_uri, &answer)
}

fn wanted(world: &World, params: &Pairs) -> Result<Wanted, String> {
    let field = |name| form::field(params, name);
    let client = field("client_id").unwrap_or_default();
    let modes = [Mode::Test, Mode::Live];
    let mode = modes
        .into_iter()
        .find(|mode| world.config.platform(*mode).client_id == client);
    let mode = mode.ok_or("No application matches the supplied client identifier")?;
    if field("response_type") != Some("code") {
        return Err("The response type must be code".into());
    }
    let registered = &world.config.redirect_uris;
    let redirect_uri = match field("redirect_uri") {
        None => registered.first(),
        Some(uri) => registered.iter().find(|known| *known == uri),
    };
    let granted = field("scope").unwrap_or("read_only");
    if !matches!(granted, "read_only" | "read_write") {
        return Err("Invalid scope".into());
    }
    Ok(Wanted {
        mode,
        redirect_uri: redirect_uri.ok_or("Invalid redirect URI")?.clone(),
        granted: granted.to_owned(),
        state: field("state").map(str::to_owned),
    })
}

fn refused(sentence: &str) -> HttpResponse {
    pages::notice(StatusCode::BAD_REQUEST, "Something went wrong", sentence)
}

fn back(uri: &str, answer: &[(&str, &str)]) -> HttpResponse {
    let query = form::encode(answer);
    let joint = if uri.contains('?') { '&' } else { '?' };
    HttpResponse::Found()
        .insert_header(("Location", format!("{uri}{joint}{query}")))
        .finish()
}
