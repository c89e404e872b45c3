//! The whole server over HTTP, against the simulated Stripe: each test with a server of its own.

mod activations;
mod api_keys;
mod at_once;
mod audit;
mod catalog;
mod checkout;
mod connect;
mod customers;
mod described;
mod fuzz;
mod harness;
mod issue;
mod license_commands;
mod licenses;
mod lists;
mod main_path;
mod management;
mod news;
mod parked;
mod payments;
mod secrets;
mod shutdown;
mod signed;
mod validate;
mod webhook;
