use serde_json::{Value, json};

use crate::model::object::StripeObject;
use crate::model::price::Price;
use crate::model::session_options::Amounts;

/// A line of a session or of a payment link.
#[derive(Clone)]
pub(crate) struct LineItem {
    pub(crate) id: String,
    /// The id of the price.
    pub(crate) price: String,
    pub(crate) product_name: String,
    pub(crate) currency: String,
    pub(crate) quantity: i64,
    /// The price of all units, or 0 on a session that begins a trial.
    pub(crate) subtotal: i64,
}

impl LineItem {
    /// The line with its part of the amounts. The price is `null` if it was deleted.
    pub(crate) fn to_json(&self, amounts: &Amounts, price: Option<&Price>) -> Value {
        json!({
            "id": self.id,
            "object": "item",
            "adjustable_quantity": null,
            "amount_discount": amounts.discount,
            "amount_subtotal": amounts.subtotal,
            "amount_tax": amounts.tax,
            "amount_total": amounts.total(),
            "currency": self.currency,
            "description": self.product_name,
            "metadata": null,
            "price": price.map(StripeObject::to_json),
            "quantity": self.quantity,
        })
    }
}
