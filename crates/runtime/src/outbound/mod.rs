//! Calls of Stripe, apart from all other work: on threads of their own, a few at a time for each tenant,
//! and not at all while Stripe does not answer.

mod guarded_stripe;
mod pace;
mod run;

pub use guarded_stripe::GuardedStripe;
pub use pace::SteadyPace;
pub use run::{OutboundError, call_stripe, check_circuit};
