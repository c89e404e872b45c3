//! `/v1/application_fees`: the platform's share, among the platform's own objects.

use serde_json::{Value, json};

use crate::params::Kind::{Positive, Text};
use crate::params::{Args, Param, may};
use crate::shelf::{Books, Resource, Shelf};

pub(crate) const LIST: &[Param] = &[
    may("charge", Text),
    may("limit", Positive),
    may("starting_after", Text),
];

pub(crate) struct Fee {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) account: String,
    pub(crate) application: String,
    pub(crate) charge: String,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) balance_transaction: String,
}

impl Resource for Fee {
    const NOUN: &'static str = "application_fee";
    const URL: &'static str = "/v1/application_fees";
    const NULLS: &'static [&'static str] = &["originating_transaction"];

    fn id(&self) -> &str {
        &self.id
    }

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.fees
    }

    fn fits(&self, filter: &Args) -> bool {
        filter
            .text("charge")
            .is_none_or(|charge| charge == self.charge)
    }

    fn facts(&self) -> Value {
        json!({
            "id": self.id,
            "object": "application_fee",
            "account": self.account,
            "amount": self.amount,
            "amount_refunded": self.amount_refunded,
            "application": self.application,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "fee_source": { "charge": self.charge, "type": "charge" },
            "livemode": self.livemode,
            "refunded": self.amount_refunded == self.amount,
        })
    }
}
