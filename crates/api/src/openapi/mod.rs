//! The OpenAPI document of the API, built from the descriptions of the handlers.
//!
//! A handler describes its method, path, body and answer with `#[utoipa::path]`. This module adds what
//! follows for every call: the security schemes, the errors before the handler runs, and the headers of
//! every answer.

mod closed;
mod document;
mod finish;
mod outbound;
mod security;

pub use document::{OpenApiJson, document, with_webhooks};
pub use utoipa::openapi::OpenApi;
