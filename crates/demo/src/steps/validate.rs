//! The sold program asks whether its license is valid, in signed calls.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::json;

use super::scene::{PRODUCT, Scene, Seller};
use crate::client::Answer;
use crate::failure::{Outcome, hold};

/// The two halves of an API key.
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// Makes an API key for the product.
///
/// # Errors
/// When it is refused.
pub(crate) async fn make_api_key(seller: &Seller<'_>) -> Outcome<ApiKey> {
    let wish = json!({ "productId": PRODUCT, "scope": "FULL", "mode": "sandbox" });
    let made = seller.post("/v1/api-keys", &wish).await?.expect(201)?;
    Ok(ApiKey {
        id: made.text_at("/id")?,
        secret: made.text_at("/secret")?,
    })
}

/// Holds that the key is valid as it is and as a person may type it, and that a call whose
/// signature does not fit is refused.
///
/// # Errors
/// When one of them is not so.
pub(crate) async fn is_valid(scene: &Scene, api_key: &ApiKey, key: &str) -> Outcome<()> {
    let typed = format!(" {} ", key.replace('-', "").to_lowercase());
    for spelling in [key, &typed] {
        let answer = ask(scene, api_key, spelling).await?.expect(200)?;
        let body = answer.json()?;
        hold(body["valid"] == true && body["status"] == "ACTIVE", || {
            format!("“{spelling}” is not valid and ACTIVE: {}", answer.shown())
        })?;
    }
    let wrong = ApiKey {
        id: api_key.id.clone(),
        secret: format!("{}0", api_key.secret),
    };
    let refused = ask(scene, &wrong, key).await?.expect(401)?;
    let code = refused.text_at("/error/code")?;
    hold(code == "api/signature-invalid", || {
        format!("a wrong signature is refused as {code}")
    })
}

/// Holds that the key is not valid any more, because it was revoked.
///
/// # Errors
/// When it is otherwise.
pub(crate) async fn is_revoked(scene: &Scene, api_key: &ApiKey, key: &str) -> Outcome<()> {
    let answer = ask(scene, api_key, key).await?.expect(200)?;
    let body = answer.json()?;
    hold(
        body["valid"] == false && body["status"] == "REVOKED",
        || format!("{key} is not REVOKED: {}", answer.shown()),
    )
}

async fn ask(scene: &Scene, api_key: &ApiKey, key: &str) -> Outcome<Answer> {
    let body = json!({ "key": key, "fingerprint": "a-machine" }).to_string();
    let timestamp = milliseconds().to_string();
    let signature = sign(&api_key.secret, &timestamp, &body);
    scene
        .client
        .post(format!("{}/v1/validate", scene.mintage))
        .bearer(&api_key.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header("X-KeyStack-Signature", signature)
        .text("application/json", body)
        .send()
        .await
}

/// Two equal calls within one second would be told apart by nothing if seconds were signed.
#[expect(clippy::disallowed_methods, reason = "a client reads its own clock")]
fn milliseconds() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_millis()
}

/// Hex of HMAC-SHA256 over `timestamp.body`.
fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    HEXLOWER.encode(tag.as_ref())
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// Made with `printf '%s.%s' | openssl dgst -sha256 -hmac`.
    #[test]
    fn a_call_is_signed_over_its_timestamp_and_its_body() {
        assert_eq!(
            sign("aks_test", "1731600000", "{}"),
            "96c8ca0483eb89faae28250cfda450a039cc2c8e810c91dd3f9402e60163a4e9"
        );
    }
}
