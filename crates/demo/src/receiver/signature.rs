//! The two signatures of a delivery, checked as their published descriptions require.

use data_encoding::{BASE64, HEXLOWER};
use ring::hmac::{self, HMAC_SHA256};

/// Why a delivery is not genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// `X-Keylight-Signature` is missing or wrong.
    #[error("X-Keylight-Signature does not match the body")]
    Keylight,
    /// `webhook-signature` is missing or wrong.
    #[error("webhook-signature does not match the body")]
    StandardWebhooks,
    /// The signing secret is malformed.
    #[error("the signing secret is not whsec_ followed by base64")]
    Secret,
}

/// Checks `t=<unix>,v1=<hex>`: HMAC-SHA256 over `t.body`, under the whole text of the secret.
pub(super) fn keylight(secret: &str, header: &str, body: &[u8]) -> Result<(), SignatureError> {
    let (time, tag) = header
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(",v1="))
        .ok_or(SignatureError::Keylight)?;
    let tag = HEXLOWER
        .decode(tag.as_bytes())
        .map_err(|_| SignatureError::Keylight)?;
    let signed = [time.as_bytes(), body].join(&b'.');
    verify(secret.as_bytes(), &signed, &tag).ok_or(SignatureError::Keylight)
}

/// Checks a list of `v1,<base64>`, separated by spaces, of which one must match: HMAC-SHA256 over
/// `id.t.body`, under the base64-decoded rest of the secret.
pub(super) fn standard_webhooks(
    secret: &str,
    id: &str,
    time: &str,
    header: &str,
    body: &[u8],
) -> Result<(), SignatureError> {
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|tail| BASE64.decode(tail.as_bytes()).ok())
        .ok_or(SignatureError::Secret)?;
    let signed = [id.as_bytes(), time.as_bytes(), body].join(&b'.');
    header
        .split(' ')
        .filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?.as_bytes()).ok())
        .find_map(|tag| verify(&key, &signed, &tag))
        .ok_or(SignatureError::StandardWebhooks)
}

fn verify(key: &[u8], signed: &[u8], tag: &[u8]) -> Option<()> {
    hmac::verify(&hmac::Key::new(HMAC_SHA256, key), signed, tag).ok()
}

#[cfg(test)]
mod tests {
    use super::{SignatureError, keylight, standard_webhooks};

    /// The example of the Standard Webhooks specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    /// The output of `openssl dgst -sha256 -hmac` with the whole text of the secret as the key.
    const KEYLIGHT: &str =
        "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964";

    #[test]
    fn the_published_example_verifies_alone_or_in_a_list() {
        let listed = format!("v1,AAAA {SIGNATURE} v2,whatever");
        for header in [SIGNATURE, &listed] {
            assert_eq!(standard_webhooks(SECRET, ID, TIME, header, BODY), Ok(()));
        }
    }

    #[test]
    fn a_standard_signature_binds_the_id_the_time_and_the_body() {
        let table: [(&str, &str, &str, &[u8]); 5] = [
            ("msg_other", TIME, SIGNATURE, BODY),
            (ID, "1614265331", SIGNATURE, BODY),
            (ID, TIME, SIGNATURE, b"{}"),
            (ID, TIME, "", BODY),
            (ID, TIME, "v1,g0hM9SsE", BODY),
        ];
        for (id, time, header, body) in table {
            let refused = Err(SignatureError::StandardWebhooks);
            assert_eq!(standard_webhooks(SECRET, id, time, header, body), refused);
        }
        let refused = Err(SignatureError::Secret);
        assert_eq!(
            standard_webhooks("secret", ID, TIME, SIGNATURE, BODY),
            refused
        );
    }

    #[test]
    fn keylights_signature_binds_the_time_and_the_body() {
        assert_eq!(keylight(SECRET, KEYLIGHT, BODY), Ok(()));
        let later = KEYLIGHT.replace("330", "331");
        let wrong: [(&str, &[u8]); 4] = [
            (KEYLIGHT, b"{}"),
            (&later, BODY),
            ("", BODY),
            ("t=1614265330,v1=zz", BODY),
        ];
        for (header, body) in wrong {
            assert_eq!(
                keylight(SECRET, header, body),
                Err(SignatureError::Keylight),
                "{header}"
            );
        }
        assert_eq!(
            keylight("whsec_AAAA", KEYLIGHT, BODY),
            Err(SignatureError::Keylight)
        );
    }
}
