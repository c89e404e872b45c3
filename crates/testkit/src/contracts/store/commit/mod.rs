//! Properties of every commit, whatever it writes.

pub mod atomicity;
pub mod callback;
pub mod concurrency;
pub mod configuration;
pub mod durability;
pub mod guards;
