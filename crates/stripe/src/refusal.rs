//! Mapping Stripe's error answers to the errors of the port.

use std::time::Duration;

use mintage_domain::ports::{HttpResponse, StripeError, StripeRefusal};
use serde::Deserialize;

/// The largest length of a message that is passed on, in characters.
const MAX_MESSAGE: usize = 400;

/// The prefixes of words that may be credentials.
const SECRET_PREFIXES: [&str; 7] = ["sk_", "rk_", "pk_", "rt_", "ac_", "whsec_", "ek_"];

#[derive(Default, Deserialize)]
struct Envelope {
    error: ApiError,
}

#[derive(Default, Deserialize)]
struct ApiError {
    code: Option<String>,
    message: Option<String>,
}

/// The error in an answer of the API. For an answer that is not from Stripe (such as a proxy's
/// page), only the status is used.
pub(crate) fn of(answer: &HttpResponse) -> StripeError {
    let error = serde_json::from_slice::<Envelope>(&answer.body)
        .unwrap_or_default()
        .error;
    let message = error.message.unwrap_or_default();
    let refusal = || refusal(answer, error.code.clone(), &message);
    match (answer.status, error.code.as_deref()) {
        (_, Some("rate_limit" | "lock_timeout" | "idempotency_key_in_use")) | (409 | 429, _) => {
            StripeError::Busy {
                retry_after: retry_after(answer),
            }
        }
        (_, Some("account_invalid")) => StripeError::AccountGone,
        (401, _) => StripeError::Unauthorized,
        (404, _) | (_, Some("resource_missing")) => StripeError::NotFound(refusal()),
        (_, Some("amount_too_small")) => StripeError::AmountTooSmall(refusal()),
        (_, Some("testmode_charges_only")) => StripeError::CannotCharge(refusal()),
        (400..500, _) if is_about_charging(&message) => StripeError::CannotCharge(refusal()),
        // 424: a system that Stripe depends on failed.
        (400..=423 | 425..500, _) => StripeError::Refused(refusal()),
        (status, _) => StripeError::Unavailable(format!("status {status}: {}", refusal())),
    }
}

/// What Stripe says in an error, in the form that callers and the log may see.
fn refusal(answer: &HttpResponse, code: Option<String>, message: &str) -> StripeRefusal {
    let request_id = answer.header("request-id").filter(|id| is_request_id(id));
    StripeRefusal {
        lacks_permission: lacks_permission(answer.status, code.as_deref(), message),
        code: code.filter(|code| is_code(code)),
        message: redacted(message),
        request_id: request_id.map(str::to_owned),
    }
}

/// An error of the OAuth API, which has its own format.
pub(crate) struct OAuthRefusal {
    /// The code, such as `invalid_grant`.
    pub(crate) code: String,
    /// What Stripe says, with the code.
    pub(crate) refusal: StripeRefusal,
}

/// The error in an answer of the OAuth API; `None` if the answer is not in its format.
pub(crate) fn of_oauth(answer: &HttpResponse) -> Option<OAuthRefusal> {
    #[derive(Deserialize)]
    struct OAuthError {
        error: String,
        error_description: Option<String>,
    }
    if !(400..500).contains(&answer.status) || answer.status == 429 {
        return None;
    }
    let refused: OAuthError = serde_json::from_slice(&answer.body).ok()?;
    let message = refused.error_description.unwrap_or_default();
    Some(OAuthRefusal {
        refusal: refusal(answer, Some(refused.error.clone()), &message),
        code: refused.error,
    })
}

/// Whether an error says that a restricted key lacks the permission for the call. Stripe has no code for this
/// error.
pub(crate) fn lacks_permission(status: u16, code: Option<&str>, message: &str) -> bool {
    let is_named = message.contains("Having the 'rak_") || message.contains("required permissions");
    status == 403 && code.is_none() && is_named
}

/// Whether the message says that the account cannot accept payments. Stripe has no code for this
/// error.
fn is_about_charging(message: &str) -> bool {
    message.contains("account cannot currently make") && message.contains("charges")
}

/// The wait that Stripe requests. Stripe sends seconds, which is all that its own client libraries
/// read, so the date form needs no clock here.
fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let seconds: u32 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

/// Stripe's message without words that may be credentials.
fn redacted(message: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '*');
    let mut text = String::new();
    for piece in message.split_inclusive(|c| !is_word(c)) {
        let word = piece.trim_end_matches(|c| !is_word(c));
        if SECRET_PREFIXES
            .iter()
            .any(|prefix| word.starts_with(prefix))
        {
            text.push('…');
            text.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            text.extend(piece.chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
    }
    if text.is_empty() {
        text.push_str("no reason given");
    }
    text.chars().take(MAX_MESSAGE).collect()
}

/// Whether a text has the form of Stripe's error codes.
fn is_code(text: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=100).contains(&text.len()) && text.bytes().all(is_allowed)
}

fn is_request_id(text: &str) -> bool {
    text.len() <= 64
        && text
            .strip_prefix("req_")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests;
