//! The thank-you page of an order: its address, and the token in it.
//!
//! The session id in the address is not secret enough: the seller's lists, events and Stripe's dashboard
//! show it. The token is only in the address to which Stripe redirects the buyer.

use data_encoding::BASE64URL_NOPAD;

use crate::base::id::{OrderId, SessionId};
use crate::base::seal::{KeyId, KeyRing};
use crate::base::url::{InvalidWebUrl, WebUrl};

/// The purpose of the signing key.
const PURPOSE: &str = "thanks-page/1";

/// What Stripe replaces by the id of the session.
const SESSION: &str = "{CHECKOUT_SESSION_ID}";

/// The address of the page of an order below a server's public URL, with Stripe's placeholder for the
/// session.
pub fn address(
    public_url: &WebUrl,
    order: &OrderId,
    keys: &KeyRing,
) -> Result<WebUrl, InvalidWebUrl> {
    let token = token(order, keys);
    WebUrl::parse(&format!("{public_url}/thanks/{SESSION}?token={token}"))
}

/// Whether a caller means the page by this address, which has no token yet.
pub fn is_address(url: &WebUrl, public_url: &WebUrl) -> bool {
    let rest = url.as_str().strip_prefix(public_url.as_str());
    rest.and_then(|rest| rest.strip_prefix("/thanks/")) == Some(SESSION)
}

/// The path of the page of a session, with a token if there is one.
pub fn path(session: &SessionId, token: Option<&str>) -> String {
    match token {
        Some(token) => format!("/thanks/{session}?token={token}"),
        None => format!("/thanks/{session}"),
    }
}

/// The token of an order.
pub fn token(order: &OrderId, keys: &KeyRing) -> String {
    let (key, signature) = keys.sign(PURPOSE, order.as_str().as_bytes());
    format!("{key}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// Whether this is the token of the order; compared in constant time.
pub fn is_token(text: &str, order: &OrderId, keys: &KeyRing) -> bool {
    let parts = text.split_once('.').and_then(|(key, signature)| {
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        Some((KeyId::parse(key).ok()?, signature))
    });
    parts.is_some_and(|(key, signature)| {
        keys.verify(PURPOSE, &key, order.as_str().as_bytes(), &signature)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::seal::MasterKey;

    fn keys(texts: &[&str]) -> KeyRing {
        let mut keys = texts.iter().map(|text| MasterKey::parse(text).unwrap());
        KeyRing::new(keys.next().unwrap(), keys.collect()).unwrap()
    }

    fn key(id: &str, byte: &str) -> String {
        format!("{id}:{}", byte.repeat(32))
    }

    #[test]
    fn a_token_is_good_for_its_order_alone_and_as_long_as_its_key_is_known() {
        let (first, second) = (key("k1", "5a"), key("k2", "6b"));
        let (old, both, new) = (keys(&[&first]), keys(&[&second, &first]), keys(&[&second]));
        let order = OrderId::parse("ord_1").unwrap();
        let token = token(&order, &old);
        assert!(is_token(&token, &order, &old) && is_token(&token, &order, &both));
        assert!(!is_token(&token, &order, &new), "the key is gone");
        let other = OrderId::parse("ord_2").unwrap();
        assert!(!is_token(&token, &other, &old));
        let foreign = keys(&[&key("k1", "6b")]);
        assert!(!is_token(&token, &order, &foreign));
        for text in [
            "",
            ".",
            "k1.",
            "k1",
            &token[..token.len() - 1],
            &format!("{token}A"),
        ] {
            assert!(!is_token(text, &order, &old), "{text}");
        }
    }

    #[test]
    fn the_address_is_known_without_a_token_and_has_one_in_the_checkout() {
        let keys = keys(&[&key("k1", "5a")]);
        let order = OrderId::parse("ord_1").unwrap();
        let public_url = WebUrl::parse("https://mint.test").unwrap();
        let address = address(&public_url, &order, &keys).unwrap();
        let token = token(&order, &keys);
        let expected = format!("https://mint.test/thanks/{{CHECKOUT_SESSION_ID}}?token={token}");
        assert_eq!(address.as_str(), expected);
        for (url, expected) in [
            ("https://mint.test/thanks/{CHECKOUT_SESSION_ID}", true),
            ("https://MINT.test/thanks/{CHECKOUT_SESSION_ID}", true),
            ("https://mint.test/thanks/{CHECKOUT_SESSION_ID}/", false),
            ("https://mint.test/thanks", false),
            ("https://mint.test.evil/thanks/{CHECKOUT_SESSION_ID}", false),
            ("https://shop.test/thanks/{CHECKOUT_SESSION_ID}", false),
        ] {
            let url = WebUrl::parse(url).unwrap();
            assert_eq!(is_address(&url, &public_url), expected, "{url}");
        }
    }
}
