//! The description of the API: an OpenAPI document, gathered from what stands beside each handler.
//!
//! A handler describes its own method, path, body and answer with `#[utoipa::path]`. What follows from
//! those (who may call it, which requests are refused before the handler runs, what every answer
//! carries) is added here once for all.

mod document;
mod finish;
mod outbound;
pub(crate) mod schema;
mod security;

pub use document::{OpenApiJson, document};
