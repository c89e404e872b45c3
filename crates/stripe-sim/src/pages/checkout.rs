//! `/c/pay/{id}`: the hosted checkout page of a session.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};

use crate::base::form::{self, Pairs};
use crate::engine::world::{SharedWorld, World};
use crate::model::after_completion::AfterCompletion;
use crate::model::session::{Session, SessionStatus};
use crate::pages::html;
use crate::resources::checkout::{self, Outcome, Submission};
use crate::resources::sessions;

/// `GET`: the payment form, or a page that says why the session cannot be paid.
pub(crate) async fn get(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    sessions::expire_due(&mut world);
    session_page(&world, &id, None)
}

/// `POST`: the payer's input.
pub(crate) async fn submit(
    world: Data<SharedWorld>,
    id: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let fields = form::decode(&body);
    let mut world = world.lock();
    sessions::expire_due(&mut world);
    let Some(scope) = world.store.scope_of::<Session>(&id) else {
        return html::not_found();
    };
    let submission = match parse_submission(&fields) {
        Ok(submission) => submission,
        Err(message) => return session_page(&world, &id, Some(message)),
    };
    let email = form::field(&fields, "email").unwrap_or_default();
    let code = form::field(&fields, "promotion_code").unwrap_or_default();
    match checkout::submit(&mut world, &scope, &id, (email, code), submission) {
        Ok(Outcome::Complete(location)) => HttpResponse::SeeOther()
            .insert_header(("Location", location))
            .finish(),
        Ok(Outcome::AuthenticationRequired) => html::authentication(),
        Ok(Outcome::Declined(message)) => session_page(&world, &id, Some(message)),
        Err(_) => session_page(&world, &id, None),
    }
}

/// Parses the submitted form. The error is a message for the payer.
fn parse_submission(fields: &Pairs) -> Result<Submission, &'static str> {
    let field = |name| form::field(fields, name).unwrap_or_default();
    match (field("authentication"), field("method")) {
        ("", "bank_debit") => return Ok(Submission::BankDebit),
        ("", _) => {}
        (decision, _) => return Ok(Submission::Authentication(decision == "complete")),
    }
    let number = digits(field("card_number"));
    if !number.is_empty() && digits(field("expiry")).len() != 4 {
        return Err("Your card's expiration date is incomplete.");
    }
    if !number.is_empty() && !(3..=4).contains(&digits(field("cvc")).len()) {
        return Err("Your card's security code is incomplete.");
    }
    Ok(Submission::Card(number))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The page of a session, with an error message if the last submission failed.
fn session_page(world: &World, id: &str, error: Option<&str>) -> HttpResponse {
    let scope = world.store.scope_of::<Session>(id);
    let session = scope.and_then(|scope| world.store.get::<Session>(&scope, id).ok());
    let Some(session) = session else {
        return html::not_found();
    };
    match session.status {
        SessionStatus::Open => html::checkout(session, error),
        SessionStatus::Expired => html::notice(
            StatusCode::GONE,
            "This page has expired",
            "Ask the seller for a new one.",
        ),
        SessionStatus::Complete => complete_page(&session.terms.after_completion),
    }
}

/// The page of a session that is complete.
fn complete_page(after_completion: &AfterCompletion) -> HttpResponse {
    let (title, message) = match after_completion {
        AfterCompletion::Redirect(_) => {
            ("You are all done here", "This payment is already complete.")
        }
        AfterCompletion::HostedConfirmation(message) => (
            "Thanks for your payment",
            message.as_deref().unwrap_or("You can close this page."),
        ),
    };
    html::notice(StatusCode::OK, title, message)
}
