//! The product and the key types that the seller sells.

use serde_json::json;

use super::context::{PRODUCT, Seller};
use crate::step_error::StepResult;

/// A key type, its price, and the platform's fee on that price.
pub(crate) struct KeyType {
    pub(crate) id: &'static str,
    name: &'static str,
    duration: &'static str,
    pub(crate) cents: u32,
    pub(crate) fee_cents: u32,
}

/// The five prices of the published fee table.
pub(crate) static KEY_TYPES: [KeyType; 5] = [
    key_type("month", "One month", "30d", 999, 5),
    key_type("year", "One year", "365d", 2_900, 15),
    key_type("lifetime", "For life", "lifetime", 4_900, 25),
    key_type("studio", "A studio, for life", "lifetime", 9_900, 50),
    key_type("company", "A company, for life", "lifetime", 19_900, 100),
];

/// The key type that the buyer buys.
pub(crate) const BOUGHT_KEY_TYPE: &str = "lifetime";

const fn key_type(
    id: &'static str,
    name: &'static str,
    duration: &'static str,
    cents: u32,
    fee_cents: u32,
) -> KeyType {
    KeyType {
        id,
        name,
        duration,
        cents,
        fee_cents,
    }
}

/// Creates the product and its key types.
///
/// # Errors
/// The server refuses one of them.
pub(crate) async fn create(seller: &Seller<'_>) -> StepResult<()> {
    let product = json!({
        "productId": PRODUCT,
        "displayName": "Acme Pro",
        "keyPrefix": "ACME",
        "keyFormat": "classic",
    });
    seller.post("/v1/products", &product).await?.expect(201)?;
    for key_type in &KEY_TYPES {
        let body = json!({
            "keyTypeId": key_type.id,
            "displayName": key_type.name,
            "activationLimit": 3,
            "duration": key_type.duration,
            "priceInCents": key_type.cents,
            "priceCurrency": "usd",
        });
        let path = format!("/v1/products/{PRODUCT}/key-types");
        seller.post(&path, &body).await?.expect(201)?;
    }
    Ok(())
}
