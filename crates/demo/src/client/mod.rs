//! An HTTP client like any other: it knows addresses, and nothing of what is behind them.

mod answer;
mod form;
mod http;
mod shown;

pub(crate) use answer::Answer;
pub(crate) use form::{Form, between};
pub(crate) use http::Client;
