//! A Stripe in memory.

mod stand_in;
mod state;

pub use stand_in::StandInStripe;
