//! Signatures of outbound webhooks: Keylight's scheme and Standard Webhooks.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

use crate::base::hmac::hmac_sha256;
use crate::base::secret::Secret;

/// The signing secret of a webhook endpoint: `whsec_` and the base64 of 24 to 64 random bytes. Its
/// `Debug` is redacted.
#[derive(Clone)]
pub struct WebhookSecret {
    text: Secret,
    key: SecretSlice<u8>,
}

/// The text is not a signing secret. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a webhook's signing secret is whsec_ and the base64 of 24 to 64 bytes")]
pub struct InvalidWebhookSecret;

impl WebhookSecret {
    const PREFIX: &'static str = "whsec_";

    /// Generates a secret from 32 random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self {
            text: Secret::new(format!("{}{}", Self::PREFIX, BASE64.encode(&random))),
            key: SecretSlice::from(random.to_vec()),
        }
    }

    /// Reads a secret.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookSecret> {
        let tail = text
            .strip_prefix(Self::PREFIX)
            .ok_or(InvalidWebhookSecret)?;
        let key = BASE64
            .decode(tail.as_bytes())
            .map_err(|_| InvalidWebhookSecret)?;
        if !(24..=64).contains(&key.len()) {
            return Err(InvalidWebhookSecret);
        }
        Ok(Self {
            text: Secret::new(text),
            key: SecretSlice::from(key),
        })
    }

    /// The secret as text, which its owner sees.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The value of `X-Keylight-Signature`: `t=<unix seconds>,v1=<hex>`, where the HMAC of `t.body` is
/// computed under the whole text of the secret. Each secret has a `v1`.
pub fn keylight_signature(secrets: &[WebhookSecret], unix_seconds: i64, body: &[u8]) -> String {
    let signed = [unix_seconds.to_string().as_bytes(), body].join(&b'.');
    let mut value = format!("t={unix_seconds}");
    for secret in secrets {
        let tag = hmac_sha256(secret.expose().as_bytes(), &signed);
        value.push_str(",v1=");
        value.push_str(&HEXLOWER.encode(tag.as_ref()));
    }
    value
}

/// The value of Standard Webhooks' `webhook-signature`: `v1,<base64>`, where the HMAC of `id.t.body`
/// is computed under the bytes that the base64 part of the secret encodes. `id` is the value of
/// `webhook-id` and holds no dot. The signatures of several secrets are separated by spaces.
pub fn standard_webhooks_signature(
    secrets: &[WebhookSecret],
    id: &str,
    unix_seconds: i64,
    body: &[u8],
) -> String {
    let timestamp = unix_seconds.to_string();
    let signed = [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.');
    let signatures = secrets.iter().map(|secret| {
        let tag = hmac_sha256(secret.key.expose_secret(), &signed);
        format!("v1,{}", BASE64.encode(tag.as_ref()))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use super::*;

    const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    const UNIX_SECONDS: i64 = 1_614_265_330;

    /// The example that the reference libraries of Standard Webhooks test themselves with.
    #[test]
    fn signs_as_standard_webhooks_does() {
        let secret = WebhookSecret::parse(WEBHOOK_SECRET).unwrap();
        assert_eq!(
            standard_webhooks_signature(
                &[secret],
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                UNIX_SECONDS,
                BODY
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    /// `printf '%s' '1614265330.{"test": 2432232314}' | openssl dgst -sha256 -hmac whsec_... -hex`
    #[test]
    fn signs_as_keylight_does() {
        let secret = WebhookSecret::parse(WEBHOOK_SECRET).unwrap();
        assert_eq!(
            keylight_signature(&[secret], UNIX_SECONDS, BODY),
            "t=1614265330,v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964"
        );
    }

    #[test]
    fn each_secret_has_a_signature_of_its_own_in_both_schemes() {
        let secrets = [7, 8].map(|byte| WebhookSecret::from_bytes([byte; 32]));
        let keylight = |secrets: &[WebhookSecret]| keylight_signature(secrets, UNIX_SECONDS, BODY);
        let standard = |secrets: &[WebhookSecret]| {
            standard_webhooks_signature(secrets, "msg_1", UNIX_SECONDS, BODY)
        };
        let [new, old] = [&secrets[..1], &secrets[1..]];
        let old_tag = keylight(old).split_once(',').unwrap().1.to_owned();
        assert_eq!(keylight(&secrets), format!("{},{old_tag}", keylight(new)));
        assert_eq!(
            standard(&secrets),
            format!("{} {}", standard(new), standard(old))
        );
    }

    #[test]
    fn a_secret_is_read_back_and_does_not_print() {
        let secret = WebhookSecret::from_bytes([7; 32]);
        let read = WebhookSecret::parse(secret.expose()).unwrap();
        assert_eq!(read.expose(), secret.expose());
        assert_eq!(read.key.expose_secret(), [7; 32]);
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }

    #[test]
    fn refuses_texts_that_are_not_signing_secrets() {
        for text in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZI",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
            "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert_eq!(
                WebhookSecret::parse(text).unwrap_err(),
                InvalidWebhookSecret,
                "{text}"
            );
        }
        let too_long = format!("whsec_{}", BASE64.encode(&[7; 65]));
        assert!(WebhookSecret::parse(&too_long).is_err());
    }
}
