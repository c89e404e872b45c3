//! Use cases of connecting Stripe and receiving its events.

pub mod accesses;
pub mod account;
pub mod connect;
pub mod connect_page;
pub mod expire;
pub mod inbound;
pub mod leave;
pub mod manual;
pub mod mappings;
mod oauth_state;
pub mod onboard;
pub mod parked;
pub mod product_key;
pub mod reconcile;
pub mod restricted_key;
pub mod status;
pub mod unmapped;
