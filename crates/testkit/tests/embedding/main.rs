//! What the domain offers to services that embed it: changes as data, and mocks of the ports.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod data;
mod mocks;
