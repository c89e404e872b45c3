//! The promotion codes that payers may enter.

use std::collections::HashMap;

use crate::base::scope::Scope;

/// What a promotion code takes off.
#[derive(Clone, Copy)]
pub(crate) enum Discount {
    Percent(i64),
    Amount(i64),
}

impl Discount {
    /// What it takes off an amount.
    pub(crate) fn of(self, amount: i64) -> i64 {
        match self {
            Self::Percent(percent) => amount.saturating_mul(percent) / 100,
            Self::Amount(off) => off.min(amount),
        }
    }
}

/// The promotion codes of all accounts.
#[derive(Default)]
pub(crate) struct Promotions(HashMap<(Scope, String), Discount>);

impl Promotions {
    pub(crate) fn add(&mut self, scope: Scope, code: String, discount: Discount) {
        self.0.insert((scope, code), discount);
    }

    pub(crate) fn get(&self, scope: &Scope, code: &str) -> Option<Discount> {
        self.0.get(&(scope.clone(), code.to_owned())).copied()
    }
}
