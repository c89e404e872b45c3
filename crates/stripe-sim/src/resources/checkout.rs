//! Payments on the hosted page, and bank debits that settle later.

use crate::base::currency;
use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::payment_intent::PaymentIntent;
use crate::model::payment_method::{PaymentMethod, PaymentStatus};
use crate::model::session::{Session, SessionDiscount, SessionStatus};
use crate::resources::test_cards::{CardResult, card_result};
use crate::resources::{payment_intents, promotions, subscriptions};

const NOT_OFFERED: &str = "This payment method is not offered.";
const NOT_AUTHENTICATED: &str = "We are unable to authenticate your payment method. Please choose a \
    different payment method and try again.";

const INVALID_CODE: &str = "This code is invalid.";
const TOO_SMALL: &str = "This code cannot be used: what is left is too small to be charged.";

/// The card of a buyer who begins a trial.
const TRIAL_CARD: &str = "4242424242424242";

/// The payer's input on the hosted page.
pub(crate) enum Submission {
    /// The digits of a card number.
    Card(String),
    BankDebit,
    /// Whether the payer completed the authentication on the bank's page.
    Authentication(bool),
}

/// The next page after a submission.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The seller's page at this address, or the confirmation at the session's own address.
    Complete(String),
    /// The form again, with this message.
    Declined(&'static str),
    /// The bank's authentication page.
    AuthenticationRequired,
}

/// The first half of a submission: either a payment method to charge, or the next page.
enum Decision {
    Charge(PaymentMethod),
    Stop(Outcome),
}

/// Pays an open session with the payer's input.
pub(crate) fn submit(
    world: &mut World,
    scope: &Scope,
    id: &str,
    (email, promotion_code): (&str, &str),
    submission: Submission,
) -> Result<Outcome, StripeError> {
    let subtotal = world.store.get::<Session>(scope, id)?.amounts.subtotal;
    let discount = promotions::find(world, scope, promotion_code, subtotal);
    let session = world.store.get_mut::<Session>(scope, id)?;
    if session.status != SessionStatus::Open {
        return Err(StripeError::invalid(
            "This Checkout Session is no longer open.",
        ));
    }
    if !email.is_empty() {
        session.payer_email = Some(email.to_owned());
    }
    if let Err(message) = settle_amounts(session, promotion_code, discount) {
        return Ok(Outcome::Declined(message));
    }
    if session.amount_total() == 0 && session.terms.begins.is_some() {
        // The page asks for no card, and the first payment after the trial is made with this one.
        return subscribe(world, scope, id, &PaymentMethod::card(TRIAL_CARD));
    }
    if session.amount_total() == 0 {
        return complete(world, scope, id, "no_payment_required", None);
    }
    match decide(session, submission) {
        Decision::Charge(payment_method) => charge(world, scope, id, &payment_method),
        Decision::Stop(outcome) => Ok(outcome),
    }
}

/// Applies the promotion code and the tax, or says why the code is not taken.
fn settle_amounts(
    session: &mut Session,
    promotion_code: &str,
    discount: Option<(SessionDiscount, i64)>,
) -> Result<(), &'static str> {
    let (discount, off) = match (promotion_code, discount) {
        ("", _) => (None, 0),
        (_, Some((discount, off))) if session.terms.allow_promotion_codes == Some(true) => {
            (Some(discount), off)
        }
        _ => return Err(INVALID_CODE),
    };
    let left = session.amounts.subtotal.saturating_sub(off);
    if left > 0 && currency::check_total(left, &session.currency).is_err() {
        return Err(TOO_SMALL);
    }
    session.amounts.settle(off, &session.terms.options);
    session.discount = discount;
    Ok(())
}

fn decide(session: &mut Session, submission: Submission) -> Decision {
    let declined = |message| Decision::Stop(Outcome::Declined(message));
    match submission {
        Submission::BankDebit if session.allows_payment_method(PaymentMethod::BANK_DEBIT) => {
            Decision::Charge(PaymentMethod::BankDebit)
        }
        Submission::BankDebit => declined(NOT_OFFERED),
        Submission::Card(number) => match card_result(&number) {
            CardResult::Approved => Decision::Charge(PaymentMethod::card(&number)),
            CardResult::Declined(message) => declined(message),
            CardResult::AuthenticationRequired => {
                session.card_to_authenticate = Some(number);
                Decision::Stop(Outcome::AuthenticationRequired)
            }
        },
        Submission::Authentication(completed) => match session.card_to_authenticate.take() {
            Some(number) if completed => Decision::Charge(PaymentMethod::card(&number)),
            _ => declined(NOT_AUTHENTICATED),
        },
    }
}

fn charge(
    world: &mut World,
    scope: &Scope,
    id: &str,
    payment_method: &PaymentMethod,
) -> Result<Outcome, StripeError> {
    if world
        .store
        .get::<Session>(scope, id)?
        .terms
        .begins
        .is_some()
    {
        return subscribe(world, scope, id, payment_method);
    }
    let intent = payment_intents::create(world, scope, id, payment_method)?;
    if *payment_method == PaymentMethod::BankDebit {
        return complete(world, scope, id, "unpaid", Some(intent));
    }
    payment_intents::succeed(world, scope, &intent)?;
    complete(world, scope, id, "paid", Some(intent))
}

/// Begins the subscription of a session. A bank debit is not simulated to be pending here.
fn subscribe(
    world: &mut World,
    scope: &Scope,
    id: &str,
    payment_method: &PaymentMethod,
) -> Result<Outcome, StripeError> {
    let (subscription, invoice) = subscriptions::begin(world, scope, id, payment_method)?;
    let session = world.store.get_mut::<Session>(scope, id)?;
    session.subscription = Some(subscription);
    session.invoice = Some(invoice);
    let status = match session.amount_total() {
        0 => "no_payment_required",
        _ => "paid",
    };
    complete(world, scope, id, status, None)
}

fn complete(
    world: &mut World,
    scope: &Scope,
    id: &str,
    payment_status: &'static str,
    payment_intent: Option<String>,
) -> Result<Outcome, StripeError> {
    let session = world.store.get_mut::<Session>(scope, id)?;
    session.status = SessionStatus::Complete;
    session.payment_status = payment_status;
    session.payment_intent = payment_intent;
    let next = session.completion_url();
    if let Some(discount) = session.discount.clone() {
        promotions::count(world, scope, &discount);
    }
    emit(world, scope, id, "checkout.session.completed")?;
    Ok(Outcome::Complete(next))
}

/// Ends the pending bank debit of a session as paid or as failed.
pub(crate) fn settle(
    world: &mut World,
    scope: &Scope,
    id: &str,
    succeeds: bool,
) -> Result<(), StripeError> {
    let intent = pending_intent(world, scope, id)?;
    let event_type = if succeeds {
        payment_intents::succeed(world, scope, &intent)?;
        world.store.get_mut::<Session>(scope, id)?.payment_status = "paid";
        "checkout.session.async_payment_succeeded"
    } else {
        payment_intents::fail(world, scope, &intent)?;
        "checkout.session.async_payment_failed"
    };
    emit(world, scope, id, event_type)
}

/// The payment intent of a session with a bank debit that is not settled yet.
fn pending_intent(world: &World, scope: &Scope, id: &str) -> Result<String, StripeError> {
    let nothing_pending = || StripeError::invalid("This session has no pending payment.");
    let session = world.store.get::<Session>(scope, id)?;
    let is_unpaid = session.status == SessionStatus::Complete && session.payment_status == "unpaid";
    let intent = session.payment_intent.as_ref().filter(|_| is_unpaid);
    let intent = intent.ok_or_else(nothing_pending)?;
    let status = world.store.get::<PaymentIntent>(scope, intent)?.status;
    if status != PaymentStatus::Pending {
        return Err(nothing_pending());
    }
    Ok(intent.clone())
}

fn emit(
    world: &mut World,
    scope: &Scope,
    id: &str,
    event_type: &'static str,
) -> Result<(), StripeError> {
    let json = world.store.get::<Session>(scope, id)?.to_json();
    world.emit(scope, event_type, &json, &EventRequest::default());
    Ok(())
}
