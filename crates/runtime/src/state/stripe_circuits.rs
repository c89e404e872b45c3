//! The circuits of this node, one for each mode of Stripe.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::circuit::Circuit;
use mintage_domain::ports::{Clock, StripeError};

/// The circuits of the calls to Stripe.
pub struct StripeCircuits {
    clock: Arc<dyn Clock>,
    sandbox: Mutex<Circuit>,
    live: Mutex<Circuit>,
}

impl StripeCircuits {
    /// Closed circuits. They measure their pauses by this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            sandbox: Mutex::default(),
            live: Mutex::default(),
        }
    }

    /// How long calls for this account are refused at present.
    pub fn refusal(&self, mode: Mode, account: Option<&StripeAccountId>) -> Option<Duration> {
        self.circuit(mode).refusal(account, self.clock.now())
    }

    /// Makes a call, unless the circuit refuses it, and records whether Stripe answered.
    pub(crate) fn call<T>(
        &self,
        mode: Mode,
        account: Option<&StripeAccountId>,
        call: impl FnOnce() -> Result<T, StripeError>,
    ) -> Result<T, StripeError> {
        let admitted = self.circuit(mode).admit(account, self.clock.now());
        admitted.map_err(|wait| StripeError::Busy {
            retry_after: Some(wait),
        })?;
        let result = call();
        match &result {
            Err(StripeError::Unavailable(cause)) => {
                let now = self.clock.now();
                if self.circuit(mode).record_failure(account, now) {
                    tracing::warn!(
                        mode = mode.as_str(),
                        cause,
                        "Stripe does not answer; calls are refused for a while"
                    );
                }
            }
            Err(StripeError::NotConfigured(_)) => {}
            _ => self.circuit(mode).record_answer(),
        }
        result
    }

    fn circuit(&self, mode: Mode) -> MutexGuard<'_, Circuit> {
        let circuit = match mode {
            Mode::Sandbox => &self.sandbox,
            Mode::Live => &self.live,
        };
        circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mintage_testkit::FixedClock;

    use super::*;

    #[test]
    fn a_stripe_that_does_not_answer_is_left_alone_but_not_one_whose_answer_cannot_be_read() {
        let stranger = StripeAccountId::parse("acct_9").expect("an id");
        for (error, is_refused) in [
            (StripeError::Unavailable("no route".to_owned()), true),
            (StripeError::Unreadable("too large".to_owned()), false),
            (StripeError::Busy { retry_after: None }, false),
        ] {
            let circuits = StripeCircuits::new(Arc::new(FixedClock::default()));
            for number in 0..5 {
                let account = StripeAccountId::parse(&format!("acct_{number}")).expect("an id");
                let failed: Result<(), _> =
                    circuits.call(Mode::Live, Some(&account), || Err(error.clone()));
                assert_eq!(failed, Err(error.clone()));
            }
            let refusal = circuits.refusal(Mode::Live, Some(&stranger));
            assert_eq!(refusal.is_some(), is_refused, "{error}");
        }
    }
}
