//! Stripe keys of products.

use diesel::prelude::*;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_text, stored_version};
use crate::schema::product_stripe_keys;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `product_stripe_keys`. An erased key has no bytes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_stripe_keys)]
pub struct ProductKeyRow {
    tenant: String,
    product: String,
    mode: String,
    sealed_key: Vec<u8>,
    hint: String,
    set_at: i64,
    version: i64,
}

impl From<&ProductKey> for ProductKeyRow {
    fn from(key: &ProductKey) -> Self {
        Self {
            tenant: key.tenant.to_string(),
            product: key.product.to_string(),
            mode: key.mode.as_str().to_owned(),
            sealed_key: key.sealed_key.to_bytes(),
            hint: stored_text(&key.hint),
            set_at: key.set_at.as_micros(),
            version: stored_version(key.version),
        }
    }
}

impl TryFrom<ProductKeyRow> for ProductKey {
    type Error = StoreError;

    fn try_from(row: ProductKeyRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.product.as_str()];
        let place = Place::of("product_stripe_keys", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            sealed_key: place.read("sealed_key", Sealed::from_bytes(&row.sealed_key))?,
            set_at: Timestamp::from_micros(row.set_at),
            version: place.number("version", row.version)?,
            hint: row.hint,
        })
    }
}

stored!(ProductKeyRow: product_stripe_keys { key tenant, key product, set mode, set sealed_key, set hint, set set_at, set version });

/// How a guard finds the Stripe key of a product.
pub(crate) const LOOKUP: Lookup = Lookup::new(
    "product_stripe_keys",
    &["tenant", "product"],
    |row| match row {
        Row::ProductKey(tenant, product) => Some(vec![Value::text(tenant), Value::text(product)]),
        _ => None,
    },
);

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ProductKeyRow, _>(&changes.product_keys);
}

/// Get the Stripe key of a product.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    product: &ProductId,
) -> Result<Option<ProductKey>, Error> {
    let row = product_stripe_keys::table
        .find((tenant.as_str(), product.as_str()))
        .select(ProductKeyRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
