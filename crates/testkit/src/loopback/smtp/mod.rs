//! A mail server on loopback that accepts mail or fails as a test says.

mod arrived;
mod manner;
mod mime;
mod received;
mod server;
mod session;
mod shared;

pub use arrived::Arrived;
pub use manner::Manner;
pub use received::Received;
pub use server::LoopbackSmtp;
