//! The layers around all routes; the wiring wraps them in the order request id, cors, rate limits from
//! the outermost.

mod cors;
mod rate_limits;
mod request_id;

pub use cors::cors;
pub use rate_limits::rate_limits;
pub use request_id::request_id;
