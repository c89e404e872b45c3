//! Connecting a Stripe account: the page before Stripe, the callback, and the page after.

mod browser;
pub(crate) mod callback;
pub(crate) mod connected;
mod failure;
pub(crate) mod onboard;
pub(crate) mod start;

use mintage_domain::base::mode::Mode;

/// A mode in words.
fn in_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Sandbox => "sandbox mode (test cards only)",
        Mode::Live => "live mode (real money)",
    }
}
