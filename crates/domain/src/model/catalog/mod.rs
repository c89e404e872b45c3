//! Products, key types and their Stripe prices.

pub mod display_name;
pub mod key_type;
pub mod price;
pub mod price_link;
pub mod product;
pub mod sale;
