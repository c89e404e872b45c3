//! Requests and responses as the report prints them, with secrets masked.

use serde_json::Value;

use super::form::between;

/// The names of fields that contain a secret.
const SECRETS: [&str; 5] = [
    "checkoutKey",
    "secret",
    "secret_key",
    "signingSecret",
    "state",
];

/// A URL without its scheme, without its query, which may contain an OAuth state or code, and without
/// the ticket of a connection.
pub(super) fn address(url: &str) -> &str {
    const TICKET: &str = "/stripe/connect/";
    let url = url.strip_prefix("http://").unwrap_or(url);
    let place = url.split_once('?').map_or(url, |(place, _)| place);
    let ticket = place
        .find(TICKET)
        .and_then(|at| at.checked_add(TICKET.len()));
    ticket.and_then(|at| place.get(..at)).unwrap_or(place)
}

/// JSON or a form with its secrets masked, or the title of a page.
pub(super) fn body(bytes: &[u8]) -> String {
    if let Ok(mut value) = serde_json::from_slice::<Value>(bytes) {
        mask(&mut value);
        return value.to_string();
    }
    let text = String::from_utf8_lossy(bytes);
    match between(&text, "<title>", "</title>") {
        Some(title) => format!("the page “{title}”"),
        None => text
            .split('&')
            .map(masked_pair)
            .collect::<Vec<_>>()
            .join("&"),
    }
}

fn masked_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if SECRETS.contains(&name) => format!("{name}=…"),
        _ => pair.to_owned(),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRETS.contains(&name.as_str()) && value.is_string() {
                    *value = "…".into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::String(text) if text.starts_with("http") => *text = address(text).to_owned(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{address, body};

    #[test]
    fn the_report_contains_no_secret() {
        let table = [
            (
                r#"{"id":"ak_1","secret":"aks_2"}"#,
                r#"{"id":"ak_1","secret":"…"}"#,
            ),
            (
                r#"{"items":[{"signingSecret":"whsec_3"}]}"#,
                r#"{"items":[{"signingSecret":"…"}]}"#,
            ),
            (r#"{"url":"http://h/a?state=4"}"#, r#"{"url":"h/a"}"#),
            (r#"{"secret":null}"#, r#"{"secret":null}"#),
            (
                "<html><title>Connected</title><code>4f</code>",
                "the page “Connected”",
            ),
            ("state=6a&card_number=4242", "state=…&card_number=4242"),
            ("", ""),
        ];
        for (sent, printed) in table {
            assert_eq!(body(sent.as_bytes()), printed);
        }
        assert_eq!(address("http://h/callback?code=c&state=s"), "h/callback");
    }
}
