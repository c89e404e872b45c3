//! A call of an example, whatever the language.

use serde_json::Value;

use super::header::{Header, HeaderValue};
use super::value::example;

/// A call with all that its description asks for.
pub(in crate::docs) struct ExampleCall {
    /// The method in upper case.
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    /// The JSON of the body.
    pub(super) body: Option<String>,
    /// Whether the call is signed with the secret of an API key.
    pub(super) is_signed: bool,
}

/// The credentials, the simplest first, each with its environment variable.
const CREDENTIALS: [(&str, &str); 4] = [
    ("publishableKey", "MINTAGE_PUBLISHABLE_KEY"),
    ("managementToken", "MINTAGE_TOKEN"),
    ("checkoutKey", "MINTAGE_CHECKOUT_KEY"),
    ("apiKey", "MINTAGE_KEY_ID"),
];

impl ExampleCall {
    /// The call of an operation, at a server.
    pub(in crate::docs) fn of(
        (document, base_url): (&Value, &str),
        (path, method, operation): (&str, &str, &Value),
    ) -> Self {
        let mut headers = Vec::new();
        let mut header = |name: &str, value| {
            let name = name.to_owned();
            headers.push(Header { name, value });
        };
        let mut is_signed = false;
        if let Some((scheme, variable)) = credential(operation) {
            let value = HeaderValue::Variable("Bearer ", variable.to_owned());
            header("Authorization", value);
            is_signed = scheme == "apiKey";
        } else if is_called_by(operation, "stripeSignature") {
            let variable = "STRIPE_SIGNATURE".to_owned();
            header("Stripe-Signature", HeaderValue::Variable("", variable));
        }
        if is_signed {
            header("X-KeyStack-Timestamp", HeaderValue::Local("timestamp"));
            header("X-KeyStack-Signature", HeaderValue::Local("signature"));
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = (!schema.is_null()).then(|| example(document, schema).to_string());
        if body.is_some() {
            header("Content-Type", HeaderValue::Fixed("application/json"));
        }
        Self {
            method: method.to_uppercase(),
            url: format!("{base_url}{}", filled(document, path, operation)),
            headers,
            body,
            is_signed,
        }
    }

    /// The body as one word of a shell.
    pub(super) fn shell_body(&self) -> String {
        let body = self.body.as_deref().unwrap_or_default();
        format!("'{}'", body.replace('\'', "'\\''"))
    }

    /// Whether the example reads the environment.
    pub(super) fn has_variables(&self) -> bool {
        let is_variable = |header: &Header| matches!(header.value, HeaderValue::Variable(..));
        self.headers.iter().any(is_variable)
    }
}

/// The simplest credential that a call takes.
fn credential(operation: &Value) -> Option<(&'static str, &'static str)> {
    let mut all = CREDENTIALS.into_iter();
    all.find(|(scheme, _)| is_called_by(operation, scheme))
}

fn is_called_by(operation: &Value, scheme: &str) -> bool {
    let callers = operation["security"].as_array();
    callers
        .into_iter()
        .flatten()
        .any(|caller| !caller[scheme].is_null())
}

/// A path with an example in each place.
fn filled(document: &Value, path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_path = parameters.filter(|parameter| parameter["in"] == "path");
    in_path.fold(path.to_owned(), |path, parameter| {
        let place = format!("{{{}}}", parameter["name"].as_str().unwrap_or_default());
        let value = example(document, &parameter["schema"]);
        path.replace(&place, value.as_str().unwrap_or_default())
    })
}
