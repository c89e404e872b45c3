//! Use cases of tenants and management tokens.

pub mod tenant;
pub mod token;
