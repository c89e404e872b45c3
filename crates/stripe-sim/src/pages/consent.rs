//! `/oauth/authorize`: the consent page.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::form::{self, Pairs};
use crate::engine::world::SharedWorld;
use crate::pages::html;
use crate::platform::consent::ConsentRequest;

/// Fields of the request that the page's form submits again.
const FORM_FIELDS: [&str; 5] = [
    "response_type",
    "client_id",
    "scope",
    "state",
    "redirect_uri",
];

/// `GET`: the consent page, or an error page.
pub(crate) async fn get(world: Data<SharedWorld>, request: HttpRequest) -> HttpResponse {
    let params = form::decode(request.query_string().as_bytes());
    let world = world.lock();
    let consent = match ConsentRequest::parse(&world, &params) {
        Ok(consent) => consent,
        Err(message) => return error_page(&message),
    };
    let platform = world.config.platform_account.as_str();
    let accounts = world.accounts.list().map(|account| account.id.as_str());
    let sellers: Vec<&str> = accounts.filter(|id| *id != platform).collect();
    let fields: Pairs = params
        .into_iter()
        .filter(|(name, _)| FORM_FIELDS.contains(&name.as_str()))
        .collect();
    html::consent(&fields, &sellers, consent.mode.as_str())
}

/// `POST`: the seller's decision. Redirects the browser to the platform.
pub(crate) async fn submit(world: Data<SharedWorld>, body: Bytes) -> HttpResponse {
    let params = form::decode(&body);
    let mut world = world.lock();
    let consent = match ConsentRequest::parse(&world, &params) {
        Ok(consent) => consent,
        Err(message) => return error_page(&message),
    };
    if form::field(&params, "decision") != Some("connect") {
        return redirect(consent.deny(&world));
    }
    let account = form::field(&params, "account").unwrap_or_default();
    match consent.grant(&mut world, account) {
        Ok(location) => redirect(location),
        Err(message) => error_page(&message),
    }
}

fn redirect(location: String) -> HttpResponse {
    HttpResponse::Found()
        .insert_header(("Location", location))
        .finish()
}

fn error_page(message: &str) -> HttpResponse {
    html::notice(StatusCode::BAD_REQUEST, "Something went wrong", message)
}
