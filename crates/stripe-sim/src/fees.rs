//! `/v1/application_fees`: the platform's share, among the platform's own objects.

use serde_json::{Value, json};

use crate::params::Kind::{Positive, Text};
use crate::params::{Args, CREATED, Param, may};
use crate::shelf::{Books, Resource, Shelf};

pub(crate) const LIST: &[Param] = &[
    may("charge", Text),
    CREATED,
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
    pub(crate) refunds: Vec<FeeRefund>,
    pub(crate) currency: String,
    pub(crate) balance_transaction: String,
}

/// A part of a fee given back to the seller.
pub(crate) struct FeeRefund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) created: i64,
}

impl Fee {
    fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// What is given back with `amount` of a charge of `charged`: its share, and never more than
    /// is left.
    pub(crate) fn share(&self, amount: i64, charged: i64) -> i64 {
        (self.amount * amount / charged).min(self.amount - self.refunded())
    }

    fn show(&self, refund: &FeeRefund) -> Value {
        json!({
            "id": refund.id,
            "object": "fee_refund",
            "amount": refund.amount,
            "balance_transaction": null,
            "created": refund.created,
            "currency": self.currency,
            "fee": self.id,
            "metadata": {},
        })
    }
}

impl Resource for Fee {
    const NOUN: &'static str = "application_fee";
    const URL: &'static str = "/v1/application_fees";
    const NULLS: &'static [&'static str] = &["originating_transaction"];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
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
        let refunds: Vec<_> = self
            .refunds
            .iter()
            .map(|refund| self.show(refund))
            .collect();
        let url = format!("{}/{}/refunds", Self::URL, self.id);
        json!({
            "id": self.id,
            "object": "application_fee",
            "account": self.account,
            "amount": self.amount,
            "amount_refunded": self.refunded(),
            "application": self.application,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "fee_source": { "charge": self.charge, "type": "charge" },
            "livemode": self.livemode,
            "refunded": self.refunded() == self.amount,
            "refunds": { "object": "list", "data": refunds, "has_more": false, "url": url },
        })
    }
}
