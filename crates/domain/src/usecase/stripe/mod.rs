//! Use cases of connecting Stripe and receiving its events.

pub mod accesses;
pub mod connect;
pub mod connect_page;
pub mod inbound;
mod oauth_state;
pub mod parked;
