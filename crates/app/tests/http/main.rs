//! The whole server over HTTP, against the simulated Stripe: each test with a server of its own.

mod checkout;
mod connect;
mod harness;
mod main_path;
mod news;
mod payments;
