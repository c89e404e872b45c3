//! What is written on Stripe's objects, so that each tells whose it is. News is mapped back by it.

use std::collections::HashMap;

/// Whose sale: the tenant's id.
pub(crate) const TENANT: &str = "tenant_id";
/// What is sold: the product's id.
pub(crate) const PRODUCT: &str = "product_id";
/// Which key type of it: its id.
pub(crate) const KEY_TYPE: &str = "key_type_id";
/// To whom: the buyer's address, if it was known beforehand.
pub(crate) const CUSTOMER_EMAIL: &str = "customer_email";

/// Metadata in the form that the request builders take.
pub(crate) fn of<const N: usize>(entries: [(&str, &str); N]) -> HashMap<String, String> {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
