//! A small HTTP server on loopback that sends the response a test chose, broken ones included.

mod reply;
mod request;
mod server;

pub use reply::{Answer, Reply};
pub use request::ReceivedRequest;
pub use server::LoopbackServer;
