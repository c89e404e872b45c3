//! Tenants, management tokens and the audit trail.

pub mod audit;
pub mod erasure;
pub mod management_token;
pub mod tenant;
