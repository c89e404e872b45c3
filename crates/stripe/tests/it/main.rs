//! The adapter from outside: what it sends, what it reads, and how it does against a simulated
//! Stripe.

mod asking;
mod offline;
mod requests;
mod restricted;
mod samples;
mod simulated;
mod webhooks;
mod world;
