//! The sold program validates its license in signed calls.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::json;

use super::context::{Context, PRODUCT, Seller};
use crate::client::Response;
use crate::step_error::{StepResult, check};

pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// Creates an API key for the product.
///
/// # Errors
/// The server refuses the request.
pub(crate) async fn create_api_key(seller: &Seller<'_>) -> StepResult<ApiKey> {
    let body = json!({ "productId": PRODUCT, "scope": "FULL", "mode": "sandbox" });
    let created = seller.post("/v1/api-keys", &body).await?.expect(201)?;
    Ok(ApiKey {
        id: created.text_at("/id")?,
        secret: created.text_at("/secret")?,
    })
}

/// Checks that the license key is valid as delivered and as a person may type it, and that a call with a
/// wrong signature is refused.
///
/// # Errors
/// One of the checks fails.
pub(crate) async fn is_valid(context: &Context, api_key: &ApiKey, key: &str) -> StepResult<()> {
    let typed = format!(" {} ", key.replace('-', "").to_lowercase());
    for spelling in [key, &typed] {
        let response = validate(context, api_key, spelling).await?.expect(200)?;
        let body = response.json()?;
        check(body["valid"] == true && body["status"] == "ACTIVE", || {
            format!(
                "“{spelling}” is not valid and ACTIVE: {}",
                response.summary()
            )
        })?;
    }
    let wrong = ApiKey {
        id: api_key.id.clone(),
        secret: format!("{}0", api_key.secret),
    };
    let refused = validate(context, &wrong, key).await?.expect(401)?;
    let code = refused.text_at("/error/code")?;
    check(code == "api/signature-invalid", || {
        format!("a wrong signature is refused as {code}")
    })
}

/// Checks that the license key is no longer valid and its license is revoked.
///
/// # Errors
/// The check fails.
pub(crate) async fn is_revoked(context: &Context, api_key: &ApiKey, key: &str) -> StepResult<()> {
    let response = validate(context, api_key, key).await?.expect(200)?;
    let body = response.json()?;
    check(
        body["valid"] == false && body["status"] == "REVOKED",
        || format!("{key} is not REVOKED: {}", response.summary()),
    )
}

async fn validate(context: &Context, api_key: &ApiKey, key: &str) -> StepResult<Response> {
    let body = json!({ "key": key, "fingerprint": "a-machine" }).to_string();
    let timestamp = milliseconds().to_string();
    let signature = sign(&api_key.secret, &timestamp, &body);
    context
        .client
        .post(format!("{}/v1/validate", context.mintage))
        .bearer(&api_key.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header("X-KeyStack-Signature", signature)
        .text("application/json", body)
        .send()
        .await
}

/// The time in milliseconds: with seconds, two equal calls in one second would have the same signature.
#[expect(clippy::disallowed_methods, reason = "a client reads its own clock")]
fn milliseconds() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_millis()
}

/// The signature of a call: HMAC-SHA256 over `timestamp.body`, in hex.
fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    HEXLOWER.encode(tag.as_ref())
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// The expected value is from `printf '%s.%s' | openssl dgst -sha256 -hmac`.
    #[test]
    fn a_call_is_signed_over_its_timestamp_and_its_body() {
        assert_eq!(
            sign("aks_test", "1731600000", "{}"),
            "96c8ca0483eb89faae28250cfda450a039cc2c8e810c91dd3f9402e60163a4e9"
        );
    }
}
