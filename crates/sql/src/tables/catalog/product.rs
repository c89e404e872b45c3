//! Products.

use diesel::prelude::*;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::catalog::display_name::{DisplayName, InvalidDisplayName};
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_version};
use crate::schema::products;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `products`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct ProductRow {
    tenant: String,
    id: String,
    display_name: String,
    key_prefix: String,
    key_format: String,
    key_secret: Vec<u8>,
    created_at: i64,
    archived_at: Option<i64>,
    version: i64,
    deactivated_at: Option<i64>,
}

impl From<&Product> for ProductRow {
    fn from(product: &Product) -> Self {
        Self {
            tenant: product.tenant.to_string(),
            id: product.id.to_string(),
            display_name: product.display_name.as_str().to_owned(),
            key_prefix: product.key_prefix.as_str().to_owned(),
            key_format: product.key_format.as_str().to_owned(),
            key_secret: product.key_secret.to_bytes(),
            created_at: product.created_at.as_micros(),
            archived_at: product.archived_at.map(Timestamp::as_micros),
            version: stored_version(product.version),
            deactivated_at: product.deactivated_at.map(Timestamp::as_micros),
        }
    }
}

impl TryFrom<ProductRow> for Product {
    type Error = StoreError;

    fn try_from(row: ProductRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.id.as_str()];
        let place = Place::of("products", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            id: place.read("id", ProductId::parse(&row.id))?,
            display_name: place.read(
                "display_name",
                DisplayName::kept(&row.display_name).ok_or(InvalidDisplayName),
            )?,
            key_prefix: place.read("key_prefix", KeyPrefix::parse(&row.key_prefix))?,
            key_format: place.read("key_format", KeyFormat::parse(&row.key_format))?,
            key_secret: place.read("key_secret", Sealed::from_bytes(&row.key_secret))?,
            created_at: Timestamp::from_micros(row.created_at),
            archived_at: row.archived_at.map(Timestamp::from_micros),
            deactivated_at: row.deactivated_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(ProductRow: products { key tenant, key id, set display_name, set key_prefix, set key_format, set key_secret, fixed created_at, set archived_at, set version, set deactivated_at });

/// How a guard finds a product.
pub(crate) const LOOKUP: Lookup = Lookup::new("products", &["tenant", "id"], |row| match row {
    Row::Product(tenant, id) => Some(vec![Value::text(tenant), Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ProductRow, _>(&changes.products);
}

/// Get a product of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId, id: &ProductId) -> Result<Option<Product>, Error> {
    let row = products::table
        .find((tenant.as_str(), id.as_str()))
        .select(ProductRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the products of a tenant, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    page: &PageRequest,
) -> Result<Page<Product>, Error> {
    let mut query = products::table
        .filter(products::tenant.eq(tenant.as_str()))
        .select(ProductRow::as_select())
        .order((products::created_at.desc(), products::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(products::created_at, products::id, after));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &Product| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}
