//! The circuit of the calls to Stripe in one mode: while Stripe does not answer, calls fail at once.

use std::time::Duration;

use crate::base::id::StripeAccountId;
use crate::base::time::Timestamp;

/// The number of calls in a row without an answer that open the circuit.
const MAX_FAILURES: usize = 5;

/// How long an open circuit refuses calls before one call may try again.
const PAUSE: Duration = Duration::from_secs(10);

/// The circuit of one mode. It opens after five calls in a row without an answer, and any answer closes
/// it. While it is open, one call every ten seconds tries Stripe.
///
/// The calls of one account may fail while Stripe answers everybody else. So an account whose own calls
/// have not failed is not refused, until as many accounts have failed as it takes calls to open the
/// circuit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circuit {
    failures: usize,
    /// The accounts whose calls failed since the last answer; `None` stands for calls without an account.
    failed: Vec<Option<StripeAccountId>>,
    /// When the next call may try Stripe, if the circuit is open.
    retry_at: Option<Timestamp>,
}

impl Circuit {
    /// How long calls for this account are refused; `None` if the next one is admitted.
    pub fn refusal(&self, account: Option<&StripeAccountId>, now: Timestamp) -> Option<Duration> {
        let retry_at = self.retry_at.filter(|_| self.holds_back(account))?;
        let wait = retry_at.since(now);
        // A longer wait than a pause means that the clock was set back.
        (!wait.is_zero() && wait <= PAUSE).then_some(wait)
    }

    /// Admits a call, or refuses it for this long.
    pub fn admit(
        &mut self,
        account: Option<&StripeAccountId>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(wait) = self.refusal(account, now) {
            return Err(wait);
        }
        if self.holds_back(account) {
            self.retry_at = Some(now.plus(PAUSE));
        }
        Ok(())
    }

    /// Records that Stripe answered a call, whatever the answer.
    pub fn record_answer(&mut self) {
        *self = Self::default();
    }

    /// Records that a call had no answer. Returns whether this opened the circuit.
    pub fn record_failure(&mut self, account: Option<&StripeAccountId>, now: Timestamp) -> bool {
        let was_open = self.is_open();
        self.failures = self.failures.saturating_add(1);
        if !self.has_failed(account) && self.failed.len() < MAX_FAILURES {
            self.failed.push(account.cloned());
        }
        self.retry_at = Some(now.plus(PAUSE));
        self.is_open() && !was_open
    }

    fn is_open(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// Whether calls for this account wait for their turn.
    fn holds_back(&self, account: Option<&StripeAccountId>) -> bool {
        self.is_open() && (self.has_failed(account) || self.failed.len() >= MAX_FAILURES)
    }

    fn has_failed(&self, account: Option<&StripeAccountId>) -> bool {
        self.failed.iter().any(|failed| failed.as_ref() == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::EPOCH;

    fn account(number: usize) -> StripeAccountId {
        StripeAccountId::parse(&format!("acct_{number}")).expect("an id")
    }

    /// A circuit after one failure of each of these accounts.
    fn failed(accounts: &[usize]) -> Circuit {
        let mut circuit = Circuit::default();
        for number in accounts {
            circuit.record_failure(Some(&account(*number)), START);
        }
        circuit
    }

    #[test]
    fn five_failures_in_a_row_open_the_circuit_and_an_answer_closes_it() {
        let one = account(1);
        let mut circuit = failed(&[1, 1, 1, 1]);
        assert_eq!(circuit.refusal(Some(&one), START), None);
        assert!(circuit.record_failure(Some(&one), START), "this opens it");
        assert_eq!(circuit.admit(Some(&one), START), Err(PAUSE));
        assert!(!circuit.record_failure(Some(&one), START), "it is open");
        circuit.record_answer();
        assert_eq!(circuit.admit(Some(&one), START), Ok(()));
    }

    #[test]
    fn an_answer_between_failures_starts_the_count_again() {
        let mut circuit = failed(&[1, 1, 1, 1]);
        circuit.record_answer();
        for _ in 0..4 {
            assert!(!circuit.record_failure(Some(&account(1)), START));
        }
    }

    #[test]
    fn an_open_circuit_lets_one_call_try_in_each_pause() {
        let one = account(1);
        let mut circuit = failed(&[1; 5]);
        let after = |seconds| START.plus(Duration::from_secs(seconds));
        for (second, outcome) in [
            (0, Err(10)),
            (9, Err(1)),
            (10, Ok(())),
            (10, Err(10)),
            (19, Err(1)),
            (20, Ok(())),
            // The clock is set back.
            (5, Ok(())),
            (5, Err(10)),
        ] {
            let admitted = circuit.admit(Some(&one), after(second));
            assert_eq!(admitted, outcome.map_err(Duration::from_secs), "{second} s");
        }
    }

    #[test]
    fn the_failures_of_few_accounts_refuse_no_other_account() {
        let (stranger, none) = (account(9), None);
        for (accounts, is_refused) in [
            (&[1, 1, 1, 1, 1][..], false),
            (&[1, 2, 1, 2, 1], false),
            (&[1, 2, 3, 4, 4, 4], false),
            (&[1, 2, 3, 4, 5], true),
            (&[1, 2, 3, 4, 5, 6, 7], true),
        ] {
            let circuit = failed(accounts);
            for account in [Some(&stranger), none] {
                let refusal = circuit.refusal(account, START);
                assert_eq!(refusal.is_some(), is_refused, "{accounts:?}");
            }
            assert!(circuit.refusal(Some(&account(1)), START).is_some());
        }
    }
}
