//! Request parameters: a table declares the parameters of each call, and [`parse::parse`] checks a
//! form against the table as strictly as Stripe does.

pub(crate) mod form_tree;
mod metadata;
pub(crate) mod parse;
mod scalar;
pub(crate) mod spec;
pub(crate) mod values;
