//! The switches of a session, and the parts of its total.

use serde_json::{Value, json};

use crate::base::error::StripeError;
use crate::params::spec::Kind::{Bool, Hash};
use crate::params::spec::{Param, optional, required};
use crate::params::values::Params;

/// The parameter of a switch: `name[enabled]`.
const ENABLED: &[Param] = &[required("enabled", Bool)];

/// The parameter of a switch.
pub(crate) const fn switch(name: &'static str) -> Param {
    optional(name, Hash(ENABLED))
}

/// The tax that the simulator adds to a session with computed taxes, in percent.
const TAX_PERCENT: i64 = 10;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of Stripe's"
)]
#[derive(Clone)]
pub(crate) struct SessionOptions {
    pub(crate) automatic_tax: bool,
    pub(crate) tax_id_collection: bool,
    pub(crate) invoice_creation: bool,
    pub(crate) managed_payments: bool,
}

impl SessionOptions {
    /// Reads the switches. Managed Payments allow no application fee and no settings about taxes.
    pub(crate) fn read(params: &Params) -> Result<Self, StripeError> {
        let is_on = |name| {
            let switch = params.hash(name);
            switch.and_then(|it| it.bool("enabled")).unwrap_or_default()
        };
        let options = Self {
            automatic_tax: is_on("automatic_tax"),
            tax_id_collection: is_on("tax_id_collection"),
            invoice_creation: is_on("invoice_creation"),
            managed_payments: is_on("managed_payments"),
        };
        let data = params.hash("payment_intent_data");
        let has_fee = data.is_some_and(|data| data.contains("application_fee_amount"));
        let refused = [
            ("automatic_tax", options.automatic_tax),
            ("tax_id_collection", options.tax_id_collection),
            ("payment_intent_data[application_fee_amount]", has_fee),
        ];
        let refused = refused.into_iter().find(|(_, is_given)| *is_given);
        match refused {
            Some((param, _)) if options.managed_payments => {
                let message =
                    format!("You cannot use `{param}` when `managed_payments` is enabled.");
                Err(StripeError::invalid(message).param(param))
            }
            _ => Ok(options),
        }
    }

    /// The fields of a session about its switches.
    pub(crate) fn add_to(&self, json: &mut Value) {
        let status = self.automatic_tax.then_some("complete");
        json["automatic_tax"] = json!({
            "enabled": self.automatic_tax, "liability": null, "provider": null, "status": status,
        });
        json["invoice_creation"] = json!({
            "enabled": self.invoice_creation,
            "invoice_data": {
                "account_tax_ids": null, "custom_fields": null, "description": null,
                "footer": null, "issuer": null, "metadata": {}, "rendering_options": null,
            },
        });
        json["managed_payments"] = json!({ "enabled": self.managed_payments });
        json["tax_id_collection"] =
            json!({ "enabled": self.tax_id_collection, "required": "never" });
    }
}

/// The parts of a session's total.
pub(crate) struct Amounts {
    pub(crate) subtotal: i64,
    pub(crate) discount: i64,
    pub(crate) tax: i64,
}

impl Amounts {
    /// Prices without a discount and a tax.
    pub(crate) fn of(subtotal: i64) -> Self {
        Self {
            subtotal,
            discount: 0,
            tax: 0,
        }
    }

    /// The amounts once the payer has entered a code and an address.
    pub(crate) fn settle(&mut self, discount: i64, options: &SessionOptions) {
        self.discount = discount.clamp(0, self.subtotal);
        let taxed = self.subtotal.saturating_sub(self.discount);
        if options.automatic_tax || options.managed_payments {
            self.tax = taxed.saturating_mul(TAX_PERCENT) / 100;
        }
    }

    /// The amounts of each line, from the subtotals of the lines. The parts add up to the whole.
    pub(crate) fn split(&self, subtotals: impl Iterator<Item = i64>) -> Vec<Self> {
        let mut before = Self::of(0);
        let lines = subtotals.map(|subtotal| {
            let sum = before.subtotal.saturating_add(subtotal);
            let upto = Self {
                subtotal: sum,
                discount: share(self.discount, sum, self.subtotal),
                tax: share(self.tax, sum, self.subtotal),
            };
            let line = Self {
                subtotal,
                discount: upto.discount.saturating_sub(before.discount),
                tax: upto.tax.saturating_sub(before.tax),
            };
            before = upto;
            line
        });
        lines.collect()
    }

    pub(crate) fn total(&self) -> i64 {
        let discounted = self.subtotal.saturating_sub(self.discount);
        discounted.saturating_add(self.tax)
    }

    /// The fields of a session about its amounts.
    pub(crate) fn add_to(&self, json: &mut Value) {
        json["amount_subtotal"] = self.subtotal.into();
        json["total_details"] = json!({
            "amount_discount": self.discount, "amount_shipping": 0, "amount_tax": self.tax,
        });
    }
}

/// The share of `part` in `whole`, of an amount, rounded down. Nothing has a share in 0.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(amount).saturating_mul(part.into());
    let share = product.checked_div(whole.into()).unwrap_or_default();
    i64::try_from(share).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use super::Amounts;

    #[test]
    fn the_amounts_of_the_lines_add_up_to_those_of_the_session() {
        for (subtotals, discount, tax) in [
            ([100, 100, 100], 100, 20),
            ([1, 2, 4_000], 2_001, 201),
            ([0, 0, 0], 0, 0),
            ([0, 5, 0], 5, 0),
            ([i64::MAX / 2, 1, 7], i64::MAX / 2, 0),
        ] {
            let subtotal = subtotals.iter().sum();
            let whole = Amounts {
                subtotal,
                discount,
                tax,
            };
            let lines = whole.split(subtotals.into_iter());
            let sum = |part: fn(&Amounts) -> i64| lines.iter().map(part).sum::<i64>();
            assert_eq!(sum(|line| line.subtotal), subtotal);
            assert_eq!(sum(|line| line.discount), discount, "{subtotals:?}");
            assert_eq!(sum(|line| line.tax), tax, "{subtotals:?}");
            assert!(lines.iter().all(|line| line.discount <= line.subtotal));
        }
    }
}
