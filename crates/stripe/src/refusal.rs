//! What Stripe's error answers mean to the domain.

use std::time::Duration;

use mintage_domain::ports::{HttpResponse, StripeError};
use serde::Deserialize;

/// How much of a message is kept for the log, in characters.
const LONGEST_MESSAGE: usize = 400;

/// What begins a text that may be a credential.
const SECRET_PREFIXES: [&str; 7] = ["sk_", "rk_", "pk_", "rt_", "ac_", "whsec_", "ek_"];

#[derive(Default, Deserialize)]
struct Envelope {
    error: Told,
}

#[derive(Default, Deserialize)]
struct Told {
    code: Option<String>,
    message: Option<String>,
}

/// The reason in an error answer of the API. An answer that is none of Stripe's (a proxy's page)
/// is judged by its status alone.
pub(crate) fn of(answer: &HttpResponse) -> StripeError {
    let told = serde_json::from_slice::<Envelope>(&answer.body)
        .unwrap_or_default()
        .error;
    let message = told.message.unwrap_or_default();
    match (answer.status, told.code.as_deref()) {
        (_, Some("rate_limit" | "lock_timeout" | "idempotency_key_in_use")) | (409 | 429, _) => {
            StripeError::Busy {
                retry_after: retry_after(answer),
            }
        }
        (_, Some("account_invalid")) => StripeError::AccountGone,
        (401, _) => StripeError::Unauthorized,
        (404, _) | (_, Some("resource_missing")) => StripeError::NotFound,
        (_, Some("amount_too_small")) => StripeError::AmountTooSmall,
        (_, Some("testmode_charges_only")) => StripeError::CannotCharge,
        (400..500, _) if is_about_charging(&message) => StripeError::CannotCharge,
        // 424: something that Stripe itself depends on failed.
        (400..=423 | 425..500, _) => StripeError::Refused {
            code: told.code,
            message: for_the_log(answer, &message),
        },
        (status, _) => {
            let said = for_the_log(answer, &message);
            StripeError::Unavailable(format!("status {status}: {said}"))
        }
    }
}

/// A refusal of OAuth, which has a shape of its own.
pub(crate) struct OAuthRefusal {
    /// Its code, as in `invalid_grant`.
    pub(crate) code: String,
    /// What it means where the code is of no special meaning.
    pub(crate) error: StripeError,
}

/// The reason in an error answer of OAuth; `None` when it is not in OAuth's shape.
pub(crate) fn of_oauth(answer: &HttpResponse) -> Option<OAuthRefusal> {
    #[derive(Deserialize)]
    struct Told {
        error: String,
        error_description: Option<String>,
    }
    if !(400..500).contains(&answer.status) || answer.status == 429 {
        return None;
    }
    let told: Told = serde_json::from_slice(&answer.body).ok()?;
    let message = told.error_description.unwrap_or_default();
    Some(OAuthRefusal {
        error: StripeError::Refused {
            code: Some(told.error.clone()),
            message: for_the_log(answer, &message),
        },
        code: told.error,
    })
}

/// Stripe gives this refusal no code.
fn is_about_charging(message: &str) -> bool {
    message.contains("account cannot currently make") && message.contains("charges")
}

fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let seconds: u32 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

/// Stripe's words with anything like a credential struck out, and the id under which Stripe's
/// support finds the request.
fn for_the_log(answer: &HttpResponse, message: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '*');
    let mut said = String::new();
    for piece in message.split_inclusive(|c| !is_word(c)) {
        let word = piece.trim_end_matches(|c| !is_word(c));
        if SECRET_PREFIXES
            .iter()
            .any(|prefix| word.starts_with(prefix))
        {
            said.push('…');
            said.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            said.extend(piece.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
    }
    if said.is_empty() {
        said.push_str("no reason given");
    }
    let mut said: String = said.chars().take(LONGEST_MESSAGE).collect();
    if let Some(id) = answer.header("request-id").filter(|id| is_request_id(id)) {
        said.push_str(" (");
        said.push_str(id);
        said.push(')');
    }
    said
}

fn is_request_id(text: &str) -> bool {
    text.len() <= 64
        && text
            .strip_prefix("req_")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests;
