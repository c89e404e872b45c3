//! Use cases of API keys and signed calls.

pub mod api_key;
