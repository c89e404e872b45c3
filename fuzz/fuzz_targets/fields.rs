//! The fields in the bodies of signed calls.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{ActivationId, ApiKeyId, LicenseId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::text::Text;
use mintage_domain::model::access::idempotency::IdempotencyKey;
use mintage_domain::model::licenses::activation::Fingerprint;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => {
            if let Ok(metadata) = Metadata::parse(object) {
                for (key, text) in metadata.searched() {
                    assert!(metadata.as_map()[key] == *text);
                }
            }
        }
        Ok(Value::String(text)) => parse_as_field(&text),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(body) {
        parse_as_field(text);
    }
});

/// Parses a text as each kind of field. A parsed value must parse again from its own text.
fn parse_as_field(text: &str) {
    if let Ok(email) = Email::parse(text) {
        assert_eq!(Email::parse(email.as_str()), Ok(email));
    }
    if let Ok(fingerprint) = Fingerprint::parse(text) {
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Ok(fingerprint));
    }
    if let Ok(free) = Text::<200>::parse(text) {
        assert_eq!(Text::parse(free.as_str()), Ok(free));
    }
    let _ = IdempotencyKey::parse(text);
    let _ = (
        TenantId::parse(text),
        ProductId::parse(text),
        KeyTypeId::parse(text),
    );
    let _ = (
        LicenseId::parse(text),
        ActivationId::parse(text),
        ApiKeyId::parse(text),
    );
}
