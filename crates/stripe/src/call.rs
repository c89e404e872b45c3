//! Sending one request to Stripe, and reading its answer.

use std::time::Duration;

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::secret::Secret;
use mintage_domain::ports::{
    AnswerBody, Http, HttpError, HttpRequest, HttpResponse, Method, StripeError,
    StripeIdempotencyKey,
};
use serde::de::DeserializeOwned;
use stripe_client_core::{RequestBuilder, StripeMethod, VERSION};

use crate::refusal;

/// The time limit of a call. Stripe answers faster; a buyer waits for the call at checkout.
const DEADLINE: Duration = Duration::from_secs(20);

/// The largest answer that is read, in bytes. The objects that are read are much smaller.
const MAX_ANSWER: usize = 1 << 20;

/// The credentials of a call, and the account and idempotency key that it is made with.
pub(crate) struct Caller<'a> {
    pub(crate) secret_key: &'a Secret,
    pub(crate) account: Option<&'a StripeAccountId>,
    pub(crate) key: Option<&'a StripeIdempotencyKey>,
}

impl<'a> Caller<'a> {
    /// A key on the account that it belongs to, without idempotency key.
    pub(crate) fn own_account(secret_key: &'a Secret) -> Self {
        Self {
            secret_key,
            account: None,
            key: None,
        }
    }
}

/// Sends a request that was built with Stripe's request builders. `base` is the URL up to the
/// builder's path. Every answer is returned, including errors.
pub(crate) fn send(
    http: &dyn Http,
    base: &str,
    caller: &Caller<'_>,
    request: RequestBuilder,
) -> Result<HttpResponse, StripeError> {
    send_within(http, base, caller, request, DEADLINE)
}

/// Sends a request with a time limit of its own.
pub(crate) fn send_within(
    http: &dyn Http,
    base: &str,
    caller: &Caller<'_>,
    request: RequestBuilder,
    deadline: Duration,
) -> Result<HttpResponse, StripeError> {
    http.send(&prepare(base, caller, request, deadline))
        .map_err(|error| match error {
            HttpError::TooLarge => StripeError::Unreadable(error.to_string()),
            _ => StripeError::Unavailable(error.to_string()),
        })
}

/// Requests a page of Stripe's as a browser does, without credentials, and reads its beginning.
pub(crate) fn page(http: &dyn Http, url: String) -> Result<HttpResponse, StripeError> {
    let request = HttpRequest {
        method: Method::Get,
        url,
        headers: Vec::new(),
        authorization: None,
        body: Vec::new(),
        deadline: DEADLINE,
        answer: AnswerBody::Start(MAX_ANSWER),
    };
    http.send(&request)
        .map_err(|error| StripeError::Unavailable(error.to_string()))
}

/// Reads an object of the API, or the error in the answer.
pub(crate) fn read<T: DeserializeOwned>(answer: &HttpResponse) -> Result<T, StripeError> {
    if is_success(answer) {
        read_body(answer)
    } else {
        Err(refusal::of(answer))
    }
}

pub(crate) fn is_success(answer: &HttpResponse) -> bool {
    (200..300).contains(&answer.status)
}

/// Reads the body of a successful answer. The parser's message is dropped, since it may quote the
/// body.
pub(crate) fn read_body<T: DeserializeOwned>(answer: &HttpResponse) -> Result<T, StripeError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        StripeError::Unreadable(format!("the answer is not what was asked for, {place}"))
    })
}

fn prepare(
    base: &str,
    caller: &Caller<'_>,
    request: RequestBuilder,
    deadline: Duration,
) -> HttpRequest {
    let method = match request.method {
        StripeMethod::Get => Method::Get,
        StripeMethod::Post => Method::Post,
        StripeMethod::Delete => Method::Delete,
    };
    let mut headers = vec![("Stripe-Version", VERSION.as_str().to_owned())];
    if method == Method::Post {
        headers.push((
            "Content-Type",
            "application/x-www-form-urlencoded".to_owned(),
        ));
    }
    if let Some(account) = caller.account {
        headers.push(("Stripe-Account", account.as_str().to_owned()));
    }
    if let Some(key) = caller.key {
        headers.push(("Idempotency-Key", key.as_str().to_owned()));
    }
    HttpRequest {
        method,
        url: address(base, &request),
        headers,
        authorization: Some(Secret::new(format!(
            "Bearer {}",
            caller.secret_key.expose()
        ))),
        body: request.body.map(|form| sorted(&form)).unwrap_or_default(),
        deadline,
        answer: AnswerBody::Whole(MAX_ANSWER),
    }
}

/// The URL of a request: base, path and query.
pub(crate) fn address(base: &str, request: &RequestBuilder) -> String {
    match request.query.as_deref() {
        None | Some("") => format!("{base}{}", request.path),
        Some(query) => format!("{base}{}?{query}", request.path),
    }
}

/// Sorts the fields of a form. The builders keep metadata in a map without order, but requests with
/// the same idempotency key must have the same bytes.
fn sorted(form: &str) -> Vec<u8> {
    let mut fields: Vec<&str> = form.split('&').collect();
    fields.sort_unstable();
    fields.join("&").into_bytes()
}
