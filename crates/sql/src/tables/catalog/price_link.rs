//! Links from key types to Stripe prices.

use std::collections::BTreeMap;

use diesel::prelude::*;
use mintage_domain::base::id::{StripeAccountId, StripePriceId, StripeProductId};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::paging::{all, one};
use crate::place::{Place, stored_json};
use crate::schema::price_links;
use crate::table::{Column, Kind, Role, Table, Value, stored};
use crate::writes::{Form, Writes};

/// A row of `price_links`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = price_links)]
pub struct PriceLinkRow {
    tenant: String,
    product: String,
    key_type: String,
    account: String,
    stripe_product: String,
    stripe_price: String,
    amount: i64,
    amount_currency: String,
    billing: Option<String>,
}

impl From<&PriceLink> for PriceLinkRow {
    fn from(link: &PriceLink) -> Self {
        Self {
            tenant: link.tenant.to_string(),
            product: link.product.to_string(),
            key_type: link.key_type.to_string(),
            account: link.account.to_string(),
            stripe_product: link.stripe_product.to_string(),
            stripe_price: link.stripe_price.to_string(),
            amount: link.amount.minor(),
            amount_currency: link.amount.currency().as_str().to_owned(),
            billing: link.billing.as_ref().map(stored_json),
        }
    }
}

impl TryFrom<PriceLinkRow> for PriceLink {
    type Error = StoreError;

    fn try_from(row: PriceLinkRow) -> Result<Self, StoreError> {
        let key = [
            row.tenant.as_str(),
            row.product.as_str(),
            row.key_type.as_str(),
            row.account.as_str(),
        ];
        let place = Place::of("price_links", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            key_type: place.read("key_type", KeyTypeId::parse(&row.key_type))?,
            account: place.read("account", StripeAccountId::parse(&row.account))?,
            stripe_product: place.read(
                "stripe_product",
                StripeProductId::parse(&row.stripe_product),
            )?,
            stripe_price: place.read("stripe_price", StripePriceId::parse(&row.stripe_price))?,
            amount: place.money("amount", row.amount, &row.amount_currency)?,
            billing: place.json_some("billing", row.billing.as_deref())?,
        })
    }
}

stored!(PriceLinkRow: price_links { key tenant, key product, key key_type, key account, set stripe_product, set stripe_price, set amount, set amount_currency, set billing });

/// The links of a tenant to an account, which are forgotten together.
const OF_ACCOUNT: Table = Table {
    name: "price_links",
    columns: &[
        Column {
            name: "tenant",
            role: Role::Key,
            kind: Kind::Text,
        },
        Column {
            name: "account",
            role: Role::Key,
            kind: Kind::Text,
        },
    ],
};

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    let forgotten = changes.forgotten_prices.iter();
    let forgotten = forgotten
        .map(|(tenant, account)| vec![Value::text(tenant), Value::text(account)])
        .collect();
    writes.add_values(&OF_ACCOUNT, Form::Delete, forgotten);
    // Of several links of one key type to one account, the last one is kept.
    let last: BTreeMap<_, &PriceLink> = changes
        .prices
        .iter()
        .map(|link| {
            let key = (&link.tenant, &link.product, &link.key_type, &link.account);
            (key, link)
        })
        .collect();
    writes.add(Form::Replace, last.into_values().map(PriceLinkRow::from));
}

/// List the links of a tenant to the prices of a Stripe account.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    account: &StripeAccountId,
) -> Result<Vec<PriceLink>, Error> {
    let rows = price_links::table
        .filter(price_links::tenant.eq(tenant.as_str()))
        .filter(price_links::account.eq(account.as_str()))
        .order((price_links::product, price_links::key_type))
        .select(PriceLinkRow::as_select())
        .load(conn)?;
    all(rows)
}

/// Get the link of a key type to a price of a Stripe account.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    product: &ProductId,
    key_type: &KeyTypeId,
    account: &StripeAccountId,
) -> Result<Option<PriceLink>, Error> {
    let key = (
        tenant.as_str(),
        product.as_str(),
        key_type.as_str(),
        account.as_str(),
    );
    let row = price_links::table
        .find(key)
        .select(PriceLinkRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
