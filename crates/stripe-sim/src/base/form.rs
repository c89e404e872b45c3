//! Form encoding: `a=1&b=2`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Decoded names and values in the order of the form.
pub(crate) type Pairs = Vec<(String, String)>;

/// Decodes `a=1&b=2`.
pub(crate) fn decode(encoded: &[u8]) -> Pairs {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// The value of the field `name`, for forms without brackets.
pub(crate) fn field<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// Encodes pairs for a query. A space becomes `%20`, as in Stripe's redirects.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let escape = |text| utf8_percent_encode(text, RESERVED);
    let pairs = pairs.iter();
    let pairs = pairs.map(|(name, value)| format!("{}={}", escape(*name), escape(*value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn encoding_and_decoding_returns_the_same_pairs() {
        let field = ("sta te", "a&b=ü%+\"");
        let encoded = encode(&[field]);
        assert_eq!(encoded, "sta%20te=a%26b%3D%C3%BC%25%2B%22");
        let decoded = decode(encoded.as_bytes());
        assert_eq!(decoded, [(field.0.to_owned(), field.1.to_owned())]);
    }
}
