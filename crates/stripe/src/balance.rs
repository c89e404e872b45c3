//! `/v1/balance_transactions` and `/v1/charges`: what Stripe has booked on the balance of an account.

use mintage_domain::base::id::PaymentIntentId;
use mintage_domain::base::stripe_value::{CurrencyCode, StripeObjectId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::transaction::BalanceTransaction;
use mintage_domain::ports::{
    BookedSince, ChargePayment, StripeAccess, StripeError, StripePage, TransactionPage,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// The largest page that Stripe gives.
const LIMIT: u32 = 100;

#[derive(Serialize)]
struct ListParams<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Created>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expand: Vec<&'static str>,
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
}

#[derive(Serialize)]
struct Created {
    gte: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lte: Option<i64>,
}

/// Lists balance transactions. Their sources are expanded only for the platform: a restricted key may read
/// balance transactions and not, say, disputes.
pub(crate) fn list_transactions(access: &StripeAccess, since: &BookedSince) -> RequestBuilder {
    let expand = match access {
        StripeAccess::Connect(_) => vec!["data.source"],
        StripeAccess::Key(_) => Vec::new(),
    };
    list("/balance_transactions", since, expand)
}

/// Lists charges.
pub(crate) fn list_charges(since: &BookedSince) -> RequestBuilder {
    list("/charges", since, Vec::new())
}

fn list(path: &str, since: &BookedSince, expand: Vec<&'static str>) -> RequestBuilder {
    let lte = since.until.map(Timestamp::unix_seconds);
    let is_bounded = since.from > Timestamp::EPOCH || lte.is_some();
    let params = ListParams {
        created: is_bounded.then(|| Created {
            gte: since.from.unix_seconds(),
            lte,
        }),
        expand,
        limit: LIMIT,
        starting_after: since.after.as_ref().map(StripeObjectId::as_str),
    };
    RequestBuilder::new(StripeMethod::Get, path).query(&params)
}

#[derive(Deserialize)]
pub(crate) struct List<T> {
    data: Vec<T>,
    has_more: bool,
}

#[derive(Deserialize)]
pub(crate) struct Transaction {
    id: StripeObjectId,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    reporting_category: Option<String>,
    amount: i64,
    #[serde(default)]
    fee: i64,
    #[serde(default)]
    fee_details: Vec<FeeDetail>,
    net: i64,
    currency: CurrencyCode,
    #[serde(default)]
    source: Value,
    created: i64,
}

#[derive(Deserialize)]
struct FeeDetail {
    amount: i64,
    #[serde(rename = "type")]
    kind: String,
}

impl List<Transaction> {
    /// The page of the port.
    pub(crate) fn transactions(self) -> Result<TransactionPage, StripeError> {
        let items = self.data.into_iter().map(Transaction::read).collect();
        Ok(StripePage {
            items: Option::<Vec<_>>::ok_or_else(items, unreadable)?,
            has_more: self.has_more,
        })
    }
}

fn unreadable() -> StripeError {
    StripeError::Unreadable("a balance transaction has no time".to_owned())
}

impl Transaction {
    fn read(self) -> Option<BalanceTransaction> {
        let platform = self.fee_details.iter();
        let platform_fee = platform
            .filter(|detail| detail.kind == "application_fee")
            .fold(0_i64, |sum, detail| sum.saturating_add(detail.amount));
        Some(BalanceTransaction {
            id: self.id,
            kind: self.kind,
            category: self.reporting_category.unwrap_or_default(),
            amount: self.amount,
            fee: self.fee,
            platform_fee,
            net: self.net,
            currency: self.currency,
            source: id_of(&self.source),
            intent: self.source.get("payment_intent").and_then(intent_of),
            created_at: Timestamp::from_unix_seconds(self.created)?,
        })
    }
}

/// The id of a field that is an id or an object.
fn id_of(field: &Value) -> Option<StripeObjectId> {
    let text = field.as_str().or_else(|| field.get("id")?.as_str())?;
    StripeObjectId::parse(text).ok()
}

fn intent_of(field: &Value) -> Option<PaymentIntentId> {
    let text = field.as_str().or_else(|| field.get("id")?.as_str())?;
    PaymentIntentId::parse(text).ok()
}

#[derive(Deserialize)]
pub(crate) struct Charge {
    id: StripeObjectId,
    #[serde(default)]
    payment_intent: Value,
}

impl List<Charge> {
    /// The page of the port.
    pub(crate) fn charges(self) -> StripePage<ChargePayment> {
        let items = self.data.into_iter();
        StripePage {
            items: items
                .map(|charge| ChargePayment {
                    intent: intent_of(&charge.payment_intent),
                    id: charge.id,
                })
                .collect(),
            has_more: self.has_more,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(transaction: &Value) -> BalanceTransaction {
        let list = json!({ "data": [transaction], "has_more": false });
        let list: List<Transaction> = serde_json::from_value(list).expect("a list");
        let page = list.transactions().expect("a page");
        page.items.into_iter().next().expect("one")
    }

    #[test]
    fn a_transaction_is_read_with_its_source_and_payment() {
        let whole = json!({
            "id": "txn_1", "type": "charge", "reporting_category": "charge", "amount": 2900, "fee": 129,
            "fee_details": [
                { "type": "stripe_fee", "amount": 114 }, { "type": "application_fee", "amount": 15 },
            ],
            "net": 2771, "currency": "usd", "created": 7,
            "source": { "id": "ch_1", "object": "charge", "payment_intent": "pi_1" },
        });
        let booked = read(&whole);
        assert_eq!(
            (booked.fee, booked.platform_fee, booked.net),
            (129, 15, 2_771)
        );
        assert_eq!(
            booked.source.map(|id| id.to_string()).as_deref(),
            Some("ch_1")
        );
        assert_eq!(
            booked.intent.map(|id| id.to_string()).as_deref(),
            Some("pi_1")
        );
        let mut bare = whole;
        bare["source"] = json!("ch_1");
        let booked = read(&bare);
        assert_eq!(
            booked.source.map(|id| id.to_string()).as_deref(),
            Some("ch_1")
        );
        assert_eq!(booked.intent, None);
    }

    #[test]
    fn a_transaction_of_an_unknown_type_needs_only_its_amounts() {
        let least = json!({
            "id": "txn_1", "type": "novelty", "amount": -5, "net": -5, "currency": "xyz", "created": 7,
            "source": null,
        });
        let booked = read(&least);
        assert_eq!((booked.amount, booked.fee), (-5, 0));
        assert_eq!(booked.currency.as_str(), "xyz");
        assert_eq!((booked.source, booked.intent), (None, None));
    }
}
