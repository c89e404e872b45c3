//! The metadata of the Stripe objects that Mintage creates, which identify tenant, product and key
//! type.

use std::collections::HashMap;

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
