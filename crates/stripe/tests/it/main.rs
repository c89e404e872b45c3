//! The adapter from outside: what it sends, what it reads, and how it does against a simulated
//! Stripe.

mod asking;
mod offline;
mod requests;
mod samples;
mod seller;
mod simulated;
mod webhooks;
mod world;
