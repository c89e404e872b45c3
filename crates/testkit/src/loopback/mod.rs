//! Servers on loopback that behave as a test says.

pub mod http;
pub mod smtp;
