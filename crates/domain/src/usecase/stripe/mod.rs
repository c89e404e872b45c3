//! Use cases of connecting Stripe and receiving its events.

pub mod connect;
pub mod connect_page;
pub mod inbound;
pub mod manual;
pub mod mappings;
mod oauth_state;
pub mod parked;
pub mod product_key;
pub mod unmapped;
