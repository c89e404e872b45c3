//! `/b/{code}`: the address of a payment link, which opens a new session for each visitor.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::base::form::{self, Pairs};
use crate::engine::world::SharedWorld;
use crate::pages::html;
use crate::resources::create_session::MAX_REFERENCE_LENGTH;
use crate::resources::payment_links::{self, Visitor};

const MAX_EMAIL_LENGTH: usize = 512;

/// Redirects to the page of the new session, or says why there is none.
pub(crate) async fn get(world: Data<SharedWorld>, request: HttpRequest) -> HttpResponse {
    let query = form::decode(request.query_string().as_bytes());
    let mut world = world.lock();
    let url = format!("{}{}", world.base_url, request.path());
    let found = payment_links::find(&world, &url).map(|(scope, link)| (scope, link.id.clone()));
    let Some((scope, id)) = found else {
        return html::not_found();
    };
    match payment_links::open(&mut world, &scope, &id, visitor(&query)) {
        Ok(Some(session)) => HttpResponse::SeeOther()
            .insert_header(("Location", format!("{}/c/pay/{session}", world.base_url)))
            .finish(),
        Ok(None) => html::notice(
            StatusCode::GONE,
            "This link is no longer active",
            "The seller has deactivated it.",
        ),
        Err(_) => html::notice(
            StatusCode::BAD_REQUEST,
            "Something went wrong",
            "The seller cannot take payments now.",
        ),
    }
}

/// What the address says about the visitor. As at Stripe, a value that is not valid is dropped.
fn visitor(query: &Pairs) -> Visitor {
    let field = |name| form::field(query, name).map(str::to_owned);
    let is_reference = |text: &String| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=MAX_REFERENCE_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed)
    };
    Visitor {
        client_reference_id: field("client_reference_id").filter(is_reference),
        prefilled_email: field("prefilled_email").filter(|it| it.len() <= MAX_EMAIL_LENGTH),
    }
}
