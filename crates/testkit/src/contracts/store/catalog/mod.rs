//! Products, key types and their Stripe prices.

pub mod key_type;
pub mod price_link;
pub mod product;
