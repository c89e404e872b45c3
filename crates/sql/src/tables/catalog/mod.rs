//! What tenants sell.

pub mod key_type;
pub mod price_link;
pub mod product;
