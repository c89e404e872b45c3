//! Use cases of tenants and management tokens.

pub mod standing;
pub mod tenant;
pub mod token;
