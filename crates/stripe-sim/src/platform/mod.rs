//! Stripe Connect: OAuth consent, tokens, and the end of a connection.

pub(crate) mod connection;
pub(crate) mod consent;
pub(crate) mod oauth;
mod oauth_error;
mod token;
