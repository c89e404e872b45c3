//! What the seller sells.

use serde_json::json;

use super::scene::{PRODUCT, Seller};
use crate::failure::Outcome;

/// A key type, its price, and the fee that the platform takes of it.
pub(crate) struct Ware {
    pub(crate) key_type: &'static str,
    name: &'static str,
    duration: &'static str,
    pub(crate) cents: u32,
    pub(crate) fee_cents: u32,
}

/// The five prices of the published fee table.
pub(crate) static WARES: [Ware; 5] = [
    ware("month", "One month", "30d", 999, 5),
    ware("year", "One year", "365d", 2_900, 15),
    ware("lifetime", "For life", "lifetime", 4_900, 25),
    ware("studio", "A studio, for life", "lifetime", 9_900, 50),
    ware("company", "A company, for life", "lifetime", 19_900, 100),
];

/// The one that is bought.
pub(crate) const BOUGHT: &str = "lifetime";

const fn ware(
    key_type: &'static str,
    name: &'static str,
    duration: &'static str,
    cents: u32,
    fee_cents: u32,
) -> Ware {
    Ware {
        key_type,
        name,
        duration,
        cents,
        fee_cents,
    }
}

/// Makes the product and its key types.
///
/// # Errors
/// When one is refused.
pub(crate) async fn create(seller: &Seller<'_>) -> Outcome<()> {
    let product = json!({
        "productId": PRODUCT,
        "displayName": "Acme Pro",
        "keyPrefix": "ACME",
        "keyFormat": "classic",
    });
    seller.post("/v1/products", &product).await?.expect(201)?;
    for ware in &WARES {
        let key_type = json!({
            "keyTypeId": ware.key_type,
            "displayName": ware.name,
            "activationLimit": 3,
            "duration": ware.duration,
            "priceInCents": ware.cents,
            "priceCurrency": "usd",
        });
        let path = format!("/v1/products/{PRODUCT}/key-types");
        seller.post(&path, &key_type).await?.expect(201)?;
    }
    Ok(())
}
