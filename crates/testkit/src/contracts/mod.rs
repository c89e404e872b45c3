//! What every implementation of a port must keep, as cases.
//!
//! A case is a public function over the port. Its name says what the case requires, and each case
//! needs a subject of its own that nobody else uses. `build.rs` finds the cases, so a new case
//! needs its function and no entry in a list.

pub mod http;
pub mod mail;
pub mod restricted_stripe;
pub mod store;
pub mod stripe;
