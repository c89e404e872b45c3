//! A stand-in for Stripe.

mod booking;
mod dashboard;
mod query;
mod refusals;
mod sales;
mod stand_in;
mod state;

pub use stand_in::StandInStripe;
