//! What happens at the stand-in outside of the port: money moves. And a look at its coupons and codes.

use mintage_domain::base::id::PaymentIntentId;
use mintage_domain::base::stripe_value::{CurrencyCode, StripeObjectId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::transaction::BalanceTransaction;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::NewCoupon;

use crate::stand_ins::stripe::stand_in::StandInStripe;
use crate::stand_ins::stripe::state::StripeState;

impl StandInStripe {
    /// Books a movement of money on an account.
    pub fn book(&self, account: &AccountRef, transaction: BalanceTransaction) {
        self.state().sales.book(account, transaction);
    }

    /// Books a charge of 29.00 USD of a buyer.
    pub fn book_charge(&self, account: &AccountRef) {
        let mut state = self.state();
        let id = |state: &mut StripeState, prefix| {
            let text = state.next_id(prefix);
            StripeObjectId::parse(&text).expect("digits are an id")
        };
        let intent = PaymentIntentId::parse(&state.next_id("pi")).expect("digits are an id");
        let booked = BalanceTransaction {
            id: id(&mut state, "txn"),
            kind: "charge".to_owned(),
            category: "charge".to_owned(),
            amount: 2_900,
            fee: 114,
            platform_fee: 0,
            net: 2_786,
            currency: CurrencyCode::parse("usd").expect("a code"),
            source: Some(id(&mut state, "ch")),
            intent: Some(intent),
            created_at: Timestamp::from_micros(1_790_000_000_000_000),
        };
        state.sales.book(account, booked);
    }

    /// Forgets a movement of money, as wiping test data does.
    pub fn forget(&self, account: &AccountRef, id: &StripeObjectId) {
        self.state().sales.forget(account, id);
    }

    /// The coupons of an account.
    pub fn coupons(&self, account: &AccountRef) -> Vec<NewCoupon> {
        self.state().sales.coupons(account)
    }

    /// The texts of the active promotion codes of an account.
    pub fn active_codes(&self, account: &AccountRef) -> Vec<String> {
        self.state().sales.active_codes(account)
    }
}
