//! Use cases of products, key types and prices.

pub mod error;
pub mod key_type;
pub mod offer;
pub mod prices;
pub mod product;
pub(crate) mod product_cap;
mod stripe_price;
