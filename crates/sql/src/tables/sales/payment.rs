//! Payments.

use diesel::prelude::*;
use mintage_domain::base::id::{
    InvoiceId, OrderId, PaymentIntentId, StripeAccountId, SubscriptionId,
};
use mintage_domain::base::money::Currency;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::disputes::Disputes;
use mintage_domain::model::sales::payment::{PaidInvoice, Payment, PaymentKey};
use mintage_domain::model::sales::refunds::Refunds;
use mintage_domain::ports::StoreError;
use serde::Serialize;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::payments;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `payments`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = payments)]
pub struct PaymentRow {
    intent: String,
    account: String,
    order_id: Option<String>,
    refunded: i64,
    fully_refunded: bool,
    created_at: i64,
    version: i64,
    charged: Option<i64>,
    currency: Option<String>,
    refunds: Option<String>,
    subscription: Option<String>,
    invoice: Option<String>,
    disputes: Option<String>,
}

impl From<&Payment> for PaymentRow {
    fn from(payment: &Payment) -> Self {
        Self {
            intent: payment.key.intent.to_string(),
            account: payment.key.account.to_string(),
            order_id: payment.order.as_ref().map(ToString::to_string),
            refunded: payment.refunded(),
            fully_refunded: payment.is_fully_refunded(),
            created_at: payment.created_at.as_micros(),
            version: stored_version(payment.version),
            charged: payment.charged,
            currency: payment.currency.map(|it| it.as_str().to_owned()),
            refunds: stored_json(&payment.refunds, payment.refunds.is_empty()),
            subscription: payment
                .invoice
                .as_ref()
                .map(|it| it.subscription.to_string()),
            invoice: payment.invoice.as_ref().map(|it| it.invoice.to_string()),
            disputes: stored_json(&payment.disputes, payment.disputes.is_empty()),
        }
    }
}

impl TryFrom<PaymentRow> for Payment {
    type Error = StoreError;

    fn try_from(row: PaymentRow) -> Result<Self, StoreError> {
        let key = [row.intent.as_str(), row.account.as_str()];
        let place = Place::of("payments", &key);
        Ok(Self {
            key: PaymentKey {
                account: place.read("account", StripeAccountId::parse(&row.account))?,
                intent: place.read("intent", PaymentIntentId::parse(&row.intent))?,
            },
            order: place.read_some("order_id", row.order_id.as_deref(), OrderId::parse)?,
            invoice: invoice(&place, &row)?,
            charged: row.charged.or(row.fully_refunded.then_some(row.refunded)),
            currency: place.read_some("currency", row.currency.as_deref(), Currency::parse)?,
            refunds: refunds(&place, &row)?,
            disputes: match row.disputes.as_deref() {
                Some(text) => place.json("disputes", text)?,
                None => Disputes::default(),
            },
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(PaymentRow: payments { key intent, key account, set order_id, set refunded, set fully_refunded, fixed created_at, set version, set charged, set currency, set refunds, set subscription, set invoice, set disputes });

fn invoice(place: &Place<'_>, row: &PaymentRow) -> Result<Option<PaidInvoice>, StoreError> {
    match (&row.subscription, &row.invoice) {
        (None, None) => Ok(None),
        (Some(subscription), Some(invoice)) => Ok(Some(PaidInvoice {
            subscription: place.read("subscription", SubscriptionId::parse(subscription))?,
            invoice: place.read("invoice", InvoiceId::parse(invoice))?,
        })),
        _ => Err(place.wrong("invoice", "an invoice and its subscription go together")),
    }
}

/// Reports as JSON; nothing if there is none.
fn stored_json(reports: &impl Serialize, is_empty: bool) -> Option<String> {
    if is_empty {
        return None;
    }
    serde_json::to_string(reports).ok()
}

/// The refunds of a row. A node of the version before writes only their total, so a larger one counts.
fn refunds(place: &Place<'_>, row: &PaymentRow) -> Result<Refunds, StoreError> {
    let mut refunds: Refunds = match row.refunds.as_deref() {
        Some(text) => place.json("refunds", text)?,
        None => Refunds::default(),
    };
    if row.refunded > refunds.total() {
        refunds.report_total(Timestamp::from_micros(row.created_at), row.refunded);
    }
    Ok(refunds)
}

/// How a guard finds a payment.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("payments", &["intent", "account"], |row| match row {
        Row::Payment(key) => Some(vec![Value::text(&key.intent), Value::text(&key.account)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<PaymentRow, _>(&changes.payments);
}

/// Get a payment.
pub fn get(conn: &mut Conn, key: &PaymentKey) -> Result<Option<Payment>, Error> {
    let row = payments::table
        .find((key.intent.as_str(), key.account.as_str()))
        .select(PaymentRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
