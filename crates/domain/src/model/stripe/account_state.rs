//! What Stripe last said of a connected account, and the newest payouts of the account.

use serde::{Deserialize, Serialize};

use crate::base::id::PayoutId;
use crate::base::time::Timestamp;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::PayoutFacts;
use crate::model::stripe::stripe_account::StripeAccount;

/// The largest number of payouts that are kept for an account.
pub const MAX_PAYOUTS: usize = 100;

/// What Stripe last said of a connected account, and the newest payouts of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccountState {
    /// The account and its mode.
    pub account: AccountRef,
    /// What Stripe last said of the account; `None` if Stripe was never asked.
    pub facts: Option<StripeAccount>,
    /// When Stripe was last asked.
    pub checked_at: Timestamp,
    /// The newest payouts, newest first, at most [`MAX_PAYOUTS`].
    pub payouts: Vec<Payout>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// A payout of Stripe to the owner of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Stripe's id of the payout.
    pub id: PayoutId,
    /// The amount in minor units of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// Whether the payout failed. A payout that was reported as paid may fail later; one that has failed
    /// stays failed.
    pub failed: bool,
    /// When the money arrives, in Unix seconds.
    pub arrival: Option<i64>,
    /// Stripe's code of the failure.
    pub failure_code: Option<String>,
    /// Stripe's message of the failure.
    pub failure_message: Option<String>,
    /// When the payout was first heard of, in microseconds.
    pub recorded_at: i64,
}

/// What a seller must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// The account can no longer take payments.
    ChargesDisabled(StripeAccount),
    /// A payout has failed.
    PayoutFailed(Payout),
}

/// What recording a payout changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayoutRecord {
    /// Nothing: the payout was recorded before.
    Known,
    /// The payout is new, and paid.
    Paid,
    /// The payout has failed, which the seller must look at.
    Failed(Box<Attention>),
}

impl AccountState {
    /// The state of an account of which nothing is known.
    pub fn unknown(account: AccountRef, now: Timestamp) -> Self {
        Self {
            account,
            facts: None,
            checked_at: now,
            payouts: Vec::new(),
            version: 0,
        }
    }

    /// Whether Stripe has said that the account can take payments; `None` if Stripe was never asked.
    pub fn can_charge(&self) -> Option<bool> {
        self.facts.as_ref().map(|facts| facts.charges_enabled)
    }

    /// Takes over what Stripe says of the account at `now`. Returns what the seller must look at: that an
    /// account can no longer take payments is returned once.
    pub fn learn(&mut self, facts: StripeAccount, now: Timestamp) -> Option<Attention> {
        let was_able = self.can_charge() != Some(false);
        let attention =
            (was_able && !facts.charges_enabled).then(|| Attention::ChargesDisabled(facts.clone()));
        self.facts = Some(facts);
        self.checked_at = now;
        attention
    }

    /// Records a payout. The order in which Stripe's events arrive does not matter.
    pub fn record_payout(&mut self, facts: &PayoutFacts, now: Timestamp) -> PayoutRecord {
        let known = self.payouts.iter_mut().find(|it| it.id == facts.id);
        if let Some(known) = known {
            if known.failed || !facts.failed {
                return PayoutRecord::Known;
            }
            known.failed = true;
            known.failure_code.clone_from(&facts.failure_code);
            known.failure_message.clone_from(&facts.failure_message);
            return PayoutRecord::Failed(Box::new(Attention::PayoutFailed(known.clone())));
        }
        let payout = Payout {
            id: facts.id.clone(),
            amount: facts.amount,
            currency: facts.currency.clone(),
            failed: facts.failed,
            arrival: facts.arrival,
            failure_code: facts.failure_code.clone(),
            failure_message: facts.failure_message.clone(),
            recorded_at: now.as_micros(),
        };
        self.payouts.insert(0, payout.clone());
        self.payouts.truncate(MAX_PAYOUTS);
        if payout.failed {
            PayoutRecord::Failed(Box::new(Attention::PayoutFailed(payout)))
        } else {
            PayoutRecord::Paid
        }
    }

    /// The facts as they are stored.
    pub fn facts_json(&self) -> Option<String> {
        self.facts.as_ref().map(to_json)
    }

    /// The payouts as they are stored.
    pub fn payouts_json(&self) -> String {
        to_json(&self.payouts)
    }
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| unreachable!("texts and numbers are JSON"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::id::StripeAccountId;
    use crate::base::mode::Mode;
    use crate::model::stripe::stripe_account::tests::account;

    fn state() -> AccountState {
        let account = AccountRef {
            mode: Mode::Live,
            account: StripeAccountId::parse("acct_1").unwrap(),
        };
        AccountState::unknown(account, Timestamp::EPOCH)
    }

    fn facts(charges_enabled: bool) -> StripeAccount {
        StripeAccount {
            charges_enabled,
            ..account()
        }
    }

    fn payout(id: &str, failed: bool) -> PayoutFacts {
        PayoutFacts {
            id: PayoutId::parse(id).unwrap(),
            amount: 2_900,
            currency: "usd".to_owned(),
            failed,
            arrival: None,
            failure_code: failed.then(|| "account_closed".to_owned()),
            failure_message: None,
        }
    }

    #[test]
    fn that_an_account_can_no_longer_charge_is_told_once_for_each_time() {
        for (learned, told) in [
            (&[true, false, false, true, false][..], &[1, 4][..]),
            (&[false, false, true], &[0]),
            (&[true, true], &[]),
        ] {
            let mut state = state();
            let heard: Vec<usize> = learned
                .iter()
                .enumerate()
                .filter(|(_, able)| state.learn(facts(**able), Timestamp::EPOCH).is_some())
                .map(|(nth, _)| nth)
                .collect();
            assert_eq!(heard, told, "{learned:?}");
        }
    }

    #[test]
    fn a_payout_that_failed_stays_failed_in_whichever_order_it_is_heard() {
        for order in [[false, true], [true, false]] {
            let mut state = state();
            let mut told = 0;
            for failed in order.into_iter().chain(order) {
                let recorded = state.record_payout(&payout("po_1", failed), Timestamp::EPOCH);
                told += usize::from(matches!(recorded, PayoutRecord::Failed(_)));
            }
            assert_eq!(state.payouts.len(), 1);
            assert!(state.payouts[0].failed);
            assert_eq!(told, 1, "{order:?}");
        }
    }

    #[test]
    fn the_newest_payouts_are_kept() {
        let mut state = state();
        for nth in 0..MAX_PAYOUTS + 5 {
            let facts = payout(&format!("po_{nth}"), false);
            let recorded = state.record_payout(&facts, Timestamp::EPOCH);
            assert_eq!(recorded, PayoutRecord::Paid);
        }
        assert_eq!(state.payouts.len(), MAX_PAYOUTS);
        let newest = format!("po_{}", MAX_PAYOUTS + 4);
        assert_eq!(state.payouts[0].id.as_str(), newest);
    }
}
