//! The metadata of the Stripe objects that Mintage creates, which identify tenant, product and key
//! type.

use std::collections::HashMap;

use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::ports::SoldKeyType;
use serde_json::Value;

/// The id of the tenant.
pub(crate) const TENANT: &str = "tenant_id";
/// The id of the product.
pub(crate) const PRODUCT: &str = "product_id";
/// The id of the key type.
pub(crate) const KEY_TYPE: &str = "key_type_id";
/// The buyer's address, if the seller's backend sent it.
pub(crate) const CUSTOMER_EMAIL: &str = "customer_email";

/// Metadata in the form that the request builders accept.
pub(crate) fn of<const N: usize>(entries: [(&str, &str); N]) -> HashMap<String, String> {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The metadata of an object that is made for a key type.
pub(crate) fn of_key_type(sold: &SoldKeyType) -> HashMap<String, String> {
    of([
        (TENANT, sold.tenant.as_str()),
        (PRODUCT, sold.product.as_str()),
        (KEY_TYPE, sold.key_type.as_str()),
    ])
}

/// The key type that an object is made for; `None` if its metadata name none.
pub(crate) fn key_type(metadata: &Value) -> Option<SoldKeyType> {
    let text = |name: &str| metadata.get(name)?.as_str();
    Some(SoldKeyType {
        tenant: TenantId::parse(text(TENANT)?).ok()?,
        product: ProductId::parse(text(PRODUCT)?).ok()?,
        key_type: KeyTypeId::parse(text(KEY_TYPE)?).ok()?,
    })
}
