//! Implementations of the ports that a test controls. The store has a folder of its own.

mod clock;
mod entropy;
mod env;
mod outbox_mail;
mod scripted_http;
mod seller_stripe;
mod stripe;

pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use env::TestEnv;
pub use outbox_mail::OutboxMail;
pub use scripted_http::ScriptedHttp;
pub use seller_stripe::StandInSellerStripe;
pub use stripe::StandInStripe;
