//! Connect's OAuth: codes, tokens, and their errors, which are shaped otherwise than the API's.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::accounts::KeyOwner;
use crate::config::Mode;
use crate::faults;
use crate::form::{self, Pairs};
use crate::request::Request;
use crate::world::{Scope, Shared, World};

/// Seconds a code can be exchanged for.
const CODE_LIFE: i64 = 5 * 60;

/// A consent that waits to be exchanged, or was.
pub(crate) struct Code {
    scope: Scope,
    granted: String,
    expires_at: i64,
    used: bool,
}

#[derive(Default)]
pub(crate) struct Codes(HashMap<String, Code>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn body(&self) -> Value {
        json!({ "error": self.code, "error_description": self.message })
    }
}

fn refuse(code: &'static str, message: impl Into<String>) -> Refusal {
    let status = match code {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    Refusal {
        status,
        code,
        message: message.into(),
    }
}

/// `POST /oauth/token`.
pub(crate) async fn token(world: Data<Shared>, request: HttpRequest, body: Bytes) -> HttpResponse {
    serve(&world, &request, &body, World::exchange).await
}

/// `POST /oauth/deauthorize`.
pub(crate) async fn deauthorize(
    world: Data<Shared>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    serve(&world, &request, &body, World::deauthorize_by_call).await
}

type Work = fn(&mut World, Mode, &Pairs) -> Result<Value, Refusal>;

async fn serve(world: &Shared, request: &HttpRequest, body: &Bytes, work: Work) -> HttpResponse {
    let request = Request::read(world, request, body);
    let fault = world.lock().faults.strike(&request.method, &request.path);
    let answer = async {
        faults::pause(fault).await;
        answer(world, &request, work)
    };
    faults::around(fault, answer).await
}

fn answer(world: &Shared, request: &Request, work: Work) -> HttpResponse {
    let mut world = world.lock();
    let mode = platform_mode(&world, request);
    let (status, body) = match mode.and_then(|mode| work(&mut world, mode, &request.params)) {
        Ok(body) => (StatusCode::OK, body),
        Err(refusal) => (refusal.status, refusal.body()),
    };
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header(("Request-Id", request.id.as_str()))
        .json(body)
}

/// The key may stand in the header or, as `client_secret`, in the body.
fn platform_mode(world: &World, request: &Request) -> Result<Mode, Refusal> {
    let key = form::field(&request.params, "client_secret").or(request.key.as_deref());
    let key = key.ok_or_else(|| refuse("invalid_client", "No API key provided."))?;
    let mode = world.platform_mode(key);
    mode.ok_or_else(|| refuse("invalid_client", "Invalid API key provided."))
}

impl World {
    /// A code for the consent that the seller gave on the page.
    pub(crate) fn grant_code(&mut self, scope: Scope, granted: &str) -> String {
        let id = self.ids.object("ac_");
        let code = Code {
            scope,
            granted: granted.to_owned(),
            expires_at: self.now().saturating_add(CODE_LIFE),
            used: false,
        };
        self.codes.0.insert(id.clone(), code);
        id
    }

    fn exchange(&mut self, mode: Mode, params: &Pairs) -> Result<Value, Refusal> {
        match form::field(params, "grant_type") {
            Some("authorization_code") => {}
            Some(other) => {
                let message = format!("Unsupported grant type: {other}");
                return Err(refuse("unsupported_grant_type", message));
            }
            None => return Err(refuse("invalid_request", "No grant type specified")),
        }
        let id = form::field(params, "code");
        let id = id.ok_or_else(|| refuse("invalid_request", "No authorization code provided"))?;
        let (scope, granted) = self.burn(id, mode)?;
        self.accounts.connect(scope.clone());
        let word = scope.mode.word();
        let access_token = self.ids.object(&format!("sk_{word}_"));
        let owner = KeyOwner {
            scope: scope.clone(),
            application: Some(self.config.platform(scope.mode).client_id.clone()),
        };
        self.accounts.issue(access_token.clone(), owner);
        Ok(json!({
            "access_token": access_token,
            "livemode": scope.mode.livemode(),
            "refresh_token": self.ids.object("rt_"),
            "scope": granted,
            "stripe_publishable_key": self.ids.object(&format!("pk_{word}_")),
            "stripe_user_id": scope.account,
            "token_type": "bearer",
        }))
    }

    /// Uses a code up. Using it again takes back what it gave.
    fn burn(&mut self, id: &str, mode: Mode) -> Result<(Scope, String), Refusal> {
        let now = self.now();
        let found = self.codes.0.get_mut(id);
        let code = found.ok_or_else(|| {
            refuse(
                "invalid_grant",
                format!("Authorization code does not exist: {id}"),
            )
        })?;
        if code.scope.mode != mode {
            let (key, code) = (mode.word(), code.scope.mode.word());
            let message = format!(
                "Passed in {key}mode API key but authorization code only supports returning {code} keys"
            );
            return Err(refuse("invalid_grant", message));
        }
        if code.used {
            let scope = code.scope.clone();
            self.accounts.disconnect(&scope);
            let message = "This authorization code has already been used. All tokens issued with \
                           this code have been revoked.";
            return Err(refuse("invalid_grant", message));
        }
        if code.expires_at <= now {
            return Err(refuse(
                "invalid_grant",
                format!("Authorization code expired: {id}"),
            ));
        }
        code.used = true;
        Ok((code.scope.clone(), code.granted.clone()))
    }

    fn deauthorize_by_call(&mut self, mode: Mode, params: &Pairs) -> Result<Value, Refusal> {
        let required = |name: &str| {
            let missing = || refuse("invalid_request", format!("No {name} specified"));
            form::field(params, name).ok_or_else(missing)
        };
        let (client, account) = (required("client_id")?, required("stripe_user_id")?);
        if client != self.config.platform(mode).client_id {
            let message = format!("No such application: '{client}'");
            return Err(refuse("invalid_client", message));
        }
        if !self.deauthorize(&Scope::new(account, mode)) {
            let message = format!(
                "This application is not connected to stripe account '{account}', or that account \
                 does not exist."
            );
            return Err(refuse("invalid_client", message));
        }
        Ok(json!({ "stripe_user_id": account }))
    }
}
