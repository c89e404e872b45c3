//! Form encoding: `a=1&b=2`.

use actix_web::web::Query;
use data_encoding::HEXUPPER;

/// Decoded names and values in the order of the form.
pub(crate) type Pairs = Vec<(String, String)>;

/// Decodes `a=1&b=2`.
pub(crate) fn decode(encoded: &str) -> Pairs {
    Query::<Pairs>::from_query(encoded).map_or_else(|_| Pairs::new(), Query::into_inner)
}

/// The value of the field `name`, for forms without brackets.
pub(crate) fn field<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// Encodes pairs for a query; all but unreserved characters are escaped.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(byte.into());
            }
            _ => {
                escaped.push('%');
                HEXUPPER.encode_append(&[byte], &mut escaped);
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn encoding_and_decoding_returns_the_same_pairs() {
        let field = ("sta te", "a&b=ü%+\"");
        let decoded = decode(&encode(&[field]));
        assert_eq!(decoded, [(field.0.to_owned(), field.1.to_owned())]);
    }
}
