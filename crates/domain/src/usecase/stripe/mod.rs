//! Use cases of connecting Stripe and receiving its events.

pub mod connect;
pub mod connect_page;
pub mod inbound;
pub mod leave;
mod oauth_state;
pub mod parked;
