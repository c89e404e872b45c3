//! `POST /oauth/token` and `POST /oauth/deauthorize`.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::base::form::{self, Pairs};
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::world::{SharedWorld, World};
use crate::platform::connection;
use crate::platform::oauth_error::OAuthError;
use crate::platform::token::exchange;
use crate::wire::faults;
use crate::wire::request::Request;

type Handler = fn(&mut World, Mode, &Pairs) -> Result<Value, OAuthError>;

pub(crate) async fn token(
    world: Data<SharedWorld>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    serve(&world, &request, &body, exchange).await
}

pub(crate) async fn deauthorize(
    world: Data<SharedWorld>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    serve(&world, &request, &body, remove_connection).await
}

async fn serve(
    world: &SharedWorld,
    request: &HttpRequest,
    body: &Bytes,
    handler: Handler,
) -> HttpResponse {
    let request = Request::read(world, request, body);
    let fault = world.lock().faults.take(&request.method, &request.path);
    let delay = fault.clone();
    let response = async {
        faults::delay(delay.as_ref()).await;
        respond(world, &request, handler)
    };
    faults::inject(fault, response).await
}

fn respond(world: &SharedWorld, request: &Request, handler: Handler) -> HttpResponse {
    let mut world = world.lock();
    let mode = authenticate(&world, request);
    let result = mode.and_then(|mode| handler(&mut world, mode, &request.params));
    let (status, body) = match result {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (error.status(), error.to_json()),
    };
    HttpResponse::build(status)
        .insert_header(("Request-Id", request.id.as_str()))
        .json(body)
}

/// Returns the mode of the platform's key, which is in the header or in the field `client_secret`.
fn authenticate(world: &World, request: &Request) -> Result<Mode, OAuthError> {
    let key = form::field(&request.params, "client_secret").or(request.key.as_deref());
    let key = key.ok_or_else(|| OAuthError::new("invalid_client", "No API key provided."))?;
    let mode = world.config.platform_key_mode(key);
    mode.ok_or_else(|| OAuthError::new("invalid_client", "Invalid API key provided."))
}

fn remove_connection(world: &mut World, mode: Mode, params: &Pairs) -> Result<Value, OAuthError> {
    let required = |name: &str| {
        let missing = || OAuthError::new("invalid_request", format!("No {name} specified"));
        form::field(params, name).ok_or_else(missing)
    };
    let (client, account) = (required("client_id")?, required("stripe_user_id")?);
    if client != world.config.platform(mode).client_id {
        let message = format!("No such application: '{client}'");
        return Err(OAuthError::new("invalid_client", message));
    }
    if !connection::deauthorize(world, &Scope::new(account, mode)) {
        let message = format!(
            "This application is not connected to stripe account '{account}', or that account \
             does not exist."
        );
        return Err(OAuthError::new("invalid_client", message));
    }
    Ok(json!({ "stripe_user_id": account }))
}
