//! Webhook endpoints, deliveries and mails.

pub mod delivery;
pub mod delivery_claim;
pub mod delivery_lanes;
pub mod delivery_order;
pub mod mail;
pub mod pruning;
pub mod several_endpoints;
pub mod waiting;
pub mod webhook_endpoint;
