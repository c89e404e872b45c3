use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::params::values::Params;

/// The platform's share of a charge. The object belongs to the platform, not to the seller.
pub(crate) struct ApplicationFee {
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

/// A part of a fee that was refunded to the seller.
pub(crate) struct FeeRefund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) created: i64,
}

impl ApplicationFee {
    fn amount_refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// The amount of the fee to refund when `refunded` of a charge of `charged` is refunded: a
    /// proportional part, and at most the amount that is not refunded yet.
    pub(crate) fn proportional_refund(&self, refunded: i64, charged: i64) -> i64 {
        (self.amount * refunded / charged).min(self.amount - self.amount_refunded())
    }

    fn refund_json(&self, refund: &FeeRefund) -> Value {
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

impl StripeObject for ApplicationFee {
    const NOUN: &'static str = "application_fee";
    const URL: &'static str = "/v1/application_fees";
    const NULLS: &'static [&'static str] = &["originating_transaction"];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_text("charge", &self.charge)
    }

    fn fields(&self) -> Value {
        let refunds: Vec<_> = self
            .refunds
            .iter()
            .map(|refund| self.refund_json(refund))
            .collect();
        let url = format!("{}/{}/refunds", Self::URL, self.id);
        json!({
            "id": self.id,
            "object": "application_fee",
            "account": self.account,
            "amount": self.amount,
            "amount_refunded": self.amount_refunded(),
            "application": self.application,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "fee_source": { "charge": self.charge, "type": "charge" },
            "livemode": self.livemode,
            "refunded": self.amount_refunded() == self.amount,
            "refunds": { "object": "list", "data": refunds, "has_more": false, "url": url },
        })
    }
}
