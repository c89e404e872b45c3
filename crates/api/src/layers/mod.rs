//! The layers around all routes. From the outermost to the innermost: request id, the error pages of `web`,
//! security headers, CORS, rate limits.

mod cors;
mod known_query;
mod rate_limits;
mod request_id;
mod security_headers;

pub use cors::cors;
pub(crate) use known_query::known_query;
pub use rate_limits::rate_limits;
pub use request_id::request_id;
pub use security_headers::security_headers;
