//! Implementations of the ports that a test controls. The store has a folder of its own.

mod clock;
mod entropy;
mod env;
mod outbox_mail;
mod restricted_stripe;
mod scripted_http;
mod stripe;

pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use env::TestEnv;
pub use outbox_mail::OutboxMail;
pub use restricted_stripe::StandInRestrictedStripe;
pub use scripted_http::ScriptedHttp;
pub use stripe::StandInStripe;
