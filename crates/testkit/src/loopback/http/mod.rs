//! A small HTTP server on loopback that answers as the test says, malformed responses included.

mod reply;
mod request;
mod server;

pub use reply::{Answer, Reply};
pub use request::ReceivedRequest;
pub use server::LoopbackServer;
