//! The adapter from outside: what it sends, what it reads, and how it does against a simulated
//! Stripe.

mod asking;
mod connecting;
mod recorder;
mod requests;
mod samples;
mod selling;
mod webhooks;
mod world;
