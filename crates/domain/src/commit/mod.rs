//! Changes as one value, and the guards they are committed under.

mod aggregates;
pub mod changes;
pub mod counter;
pub mod fan_out;
pub mod guards;
pub mod join_customers;
pub mod receipt;
pub mod row;
pub mod write;
