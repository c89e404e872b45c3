//! A stand-in for Stripe.

mod query;
mod stand_in;
mod state;

pub use stand_in::StandInStripe;
