//! Tenants, their management tokens and their audit trail.

pub mod audit;
pub mod authority;
pub mod management_token;
pub mod tenant;
