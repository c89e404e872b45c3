//! A stand-in for Stripe.

mod stand_in;
mod state;

pub use stand_in::StandInStripe;
