//! Subscriptions.

use diesel::prelude::*;
use mintage_domain::base::id::{OrderId, StripeAccountId, SubscriptionId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_json, stored_version};
use crate::schema::subscriptions;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `subscriptions`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct SubscriptionRow {
    id: String,
    account: String,
    order_id: Option<String>,
    grace_days: i64,
    news: String,
    created_at: i64,
    version: i64,
}

impl From<&Subscription> for SubscriptionRow {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.key.id.to_string(),
            account: subscription.key.account.to_string(),
            order_id: subscription.order.as_ref().map(ToString::to_string),
            grace_days: i64::from(subscription.grace_days),
            news: stored_json(&subscription.news),
            created_at: subscription.created_at.as_micros(),
            version: stored_version(subscription.version),
        }
    }
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = StoreError;

    fn try_from(row: SubscriptionRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str(), row.account.as_str()];
        let place = Place::of("subscriptions", &key);
        Ok(Self {
            key: SubscriptionKey {
                account: place.read("account", StripeAccountId::parse(&row.account))?,
                id: place.read("id", SubscriptionId::parse(&row.id))?,
            },
            order: place.read_some("order_id", row.order_id.as_deref(), OrderId::parse)?,
            grace_days: place.number("grace_days", row.grace_days)?,
            news: place.json("news", &row.news)?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(SubscriptionRow: subscriptions { key id, key account, set order_id, set grace_days, set news, fixed created_at, set version });

/// How a guard finds a subscription.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("subscriptions", &["id", "account"], |row| match row {
        Row::Subscription(key) => Some(vec![Value::text(&key.id), Value::text(&key.account)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<SubscriptionRow, _>(&changes.subscriptions);
}

/// Get a subscription.
pub fn get(conn: &mut Conn, key: &SubscriptionKey) -> Result<Option<Subscription>, Error> {
    let row = subscriptions::table
        .find((key.id.as_str(), key.account.as_str()))
        .select(SubscriptionRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
