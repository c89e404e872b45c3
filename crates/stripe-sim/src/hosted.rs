//! The hosted checkout page at a session's `url`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};

use crate::checkout::{Outcome, Tender};
use crate::form::{self, Pairs};
use crate::pages;
use crate::sessions::{Session, Status};
use crate::world::{Shared, World};

/// `GET`: the form, or why there is none.
pub(crate) async fn show(world: Data<Shared>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    world.expire_due_sessions();
    form_page(&mut world, &id, None)
}

/// `POST`: what the payer entered.
pub(crate) async fn submit(world: Data<Shared>, id: Path<String>, body: Bytes) -> HttpResponse {
    let fields = form::pairs(&String::from_utf8_lossy(&body));
    let mut world = world.lock();
    world.expire_due_sessions();
    let Some(scope) = world.session_scope(&id) else {
        return gone();
    };
    let tender = match tender(&fields) {
        Ok(tender) => tender,
        Err(sentence) => return form_page(&mut world, &id, Some(sentence)),
    };
    let email = form::field(&fields, "email").unwrap_or_default();
    match world.submit(&scope, &id, email, tender) {
        Ok(Outcome::Complete(back)) => HttpResponse::SeeOther()
            .insert_header(("Location", back))
            .finish(),
        Ok(Outcome::Challenge) => pages::challenge(),
        Ok(Outcome::Declined(sentence)) => form_page(&mut world, &id, Some(sentence)),
        Err(_) => form_page(&mut world, &id, None),
    }
}

fn tender(fields: &Pairs) -> Result<Tender, &'static str> {
    let field = |name| form::field(fields, name).unwrap_or_default();
    match (field("authentication"), field("method")) {
        ("", "bank_debit") => return Ok(Tender::BankDebit),
        ("", _) => {}
        (decision, _) => return Ok(Tender::Authentication(decision == "complete")),
    }
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let number = digits(field("card_number"));
    if !number.is_empty() && digits(field("expiry")).len() != 4 {
        return Err("Your card's expiration date is incomplete.");
    }
    if !number.is_empty() && !(3..=4).contains(&digits(field("cvc")).len()) {
        return Err("Your card's security code is incomplete.");
    }
    Ok(Tender::Card(number))
}

fn form_page(world: &mut World, id: &str, error: Option<&str>) -> HttpResponse {
    let Some(scope) = world.session_scope(id) else {
        return gone();
    };
    match world.find::<Session>(&scope, id) {
        Ok(session) if session.status == Status::Open => pages::checkout(session, error),
        Ok(session) if session.status == Status::Expired => pages::notice(
            StatusCode::GONE,
            "This page has expired",
            "Ask the seller for a new one.",
        ),
        Ok(_) => pages::notice(
            StatusCode::OK,
            "You are all done here",
            "This payment is already complete.",
        ),
        Err(_) => gone(),
    }
}

fn gone() -> HttpResponse {
    pages::notice(
        StatusCode::NOT_FOUND,
        "Something went wrong",
        "The page you were looking for could not be found.",
    )
}
