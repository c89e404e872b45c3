//! The whole server over HTTP, against the simulated Stripe: each test with a server of its own.

mod activations;
mod api_keys;
mod at_once;
mod catalog;
mod checkout;
mod connect;
mod described;
mod fuzz;
mod harness;
mod issue;
mod licenses;
mod limits;
mod lists;
mod mail;
mod main_path;
mod management;
mod news;
mod parked;
mod payments;
mod secrets;
mod seen;
mod shutdown;
mod signed;
mod validate;
mod webhook;
