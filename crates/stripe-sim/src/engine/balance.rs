//! The balance of an account: every movement of money is booked as a balance transaction.

use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::balance_transaction::{BalanceTransaction, Fee};

/// How long a charge is pending before it may be paid out.
const PENDING: i64 = 2 * 24 * 3600;

/// A movement of money to book.
pub(crate) struct Movement<'a> {
    /// The field `type`.
    pub(crate) kind: &'a str,
    pub(crate) reporting_category: &'a str,
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) fees: Vec<Fee>,
    pub(crate) source: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
}

impl World {
    /// Books a movement and returns the id of its balance transaction.
    pub(crate) fn book(&mut self, scope: &Scope, movement: Movement<'_>) -> String {
        let id = self.ids.object_id("txn_");
        self.book_as(scope, id.clone(), movement);
        id
    }

    /// Books a movement under an id that was generated before.
    pub(crate) fn book_as(&mut self, scope: &Scope, id: String, movement: Movement<'_>) {
        let created = self.clock.now();
        let pending = matches!(movement.reporting_category, "charge");
        let transaction = BalanceTransaction {
            id,
            created,
            available_on: if pending { created + PENDING } else { created },
            pending,
            amount: movement.amount,
            fees: movement.fees,
            currency: movement.currency.to_owned(),
            source: movement.source.map(str::to_owned),
            kind: movement.kind.to_owned(),
            reporting_category: movement.reporting_category.to_owned(),
            description: movement.description.map(str::to_owned),
        };
        self.store.insert(scope, transaction);
    }
}

/// Stripe's own fee for a charge: 2.9 % and a fixed part in the minor unit of the currency.
pub(crate) fn stripe_fee(amount: i64, currency: &str) -> i64 {
    let fixed = match currency {
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 100,
        _ => 30,
    };
    amount * 29 / 1000 + fixed
}

/// Stripe's fee for a dispute, in the minor unit of the currency.
pub(crate) fn dispute_fee(currency: &str) -> i64 {
    match currency {
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 5_000,
        _ => 1_500,
    }
}

/// Stripe's fee as an entry of `fee_details`.
pub(crate) fn stripe_fee_entry(amount: i64, description: &'static str) -> Fee {
    Fee {
        kind: "stripe_fee",
        amount,
        application: None,
        description,
    }
}

/// The platform's fee as an entry of `fee_details`.
pub(crate) fn application_fee_entry(amount: i64, application: Option<&str>) -> Fee {
    Fee {
        kind: "application_fee",
        amount,
        application: application.map(str::to_owned),
        description: "application fee",
    }
}
