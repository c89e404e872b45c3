//! The whole server over HTTP, against the simulated Stripe: each test with a server of its own.

mod activations;
mod api_keys;
mod at_once;
mod catalog;
mod checkout;
mod connect;
mod cors;
mod described;
mod fuzz;
mod harness;
mod issue;
mod licenses;
mod lists;
mod main_path;
mod management;
mod news;
mod parked;
mod payments;
mod publishable;
mod secrets;
mod shutdown;
mod signed;
mod signed_by_lines;
mod validate;
mod webhook;
