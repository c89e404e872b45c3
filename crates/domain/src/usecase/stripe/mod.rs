//! Use cases of connecting Stripe and receiving its events.

pub mod connect;
pub mod inbound;
pub mod parked;
