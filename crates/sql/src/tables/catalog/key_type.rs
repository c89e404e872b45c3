//! Key types.

use diesel::prelude::*;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::catalog::display_name::{DisplayName, InvalidDisplayName};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::{QuantityAs, SaleOptions, SessionOptions};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_json, stored_money, stored_version};
use crate::schema::key_types;
use crate::table::{Value, stored};
use crate::terms::{days, stored_days, stored_entitlements, terms};
use crate::writes::Writes;

/// A row of `key_types`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = key_types)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a column for each switch of a session"
)]
pub struct KeyTypeRow {
    tenant: String,
    product: String,
    id: String,
    display_name: String,
    term: String,
    activation_limit: i64,
    entitlements: String,
    price: Option<i64>,
    price_currency: Option<String>,
    created_at: i64,
    archived_at: Option<i64>,
    version: i64,
    allow_promotion_codes: bool,
    automatic_tax: bool,
    tax_id_collection: bool,
    invoice_creation: bool,
    managed_payments: bool,
    quantity_as: String,
    term_from: String,
    updates_for: Option<i64>,
    recurrence: Option<String>,
    reminder_days: Option<i64>,
}

impl From<&KeyType> for KeyTypeRow {
    fn from(key_type: &KeyType) -> Self {
        let (price, price_currency) = stored_money(key_type.price);
        Self {
            tenant: key_type.tenant.to_string(),
            product: key_type.product.to_string(),
            id: key_type.id.to_string(),
            display_name: key_type.display_name.as_str().to_owned(),
            term: key_type.terms.term.to_string(),
            activation_limit: i64::from(key_type.terms.activation_limit),
            entitlements: stored_entitlements(&key_type.terms.entitlements),
            price,
            price_currency,
            created_at: key_type.created_at.as_micros(),
            archived_at: key_type.archived_at.map(Timestamp::as_micros),
            version: stored_version(key_type.version),
            allow_promotion_codes: key_type.sale.session.allow_promotion_codes,
            automatic_tax: key_type.sale.session.automatic_tax,
            tax_id_collection: key_type.sale.session.tax_id_collection,
            invoice_creation: key_type.sale.session.invoice_creation,
            managed_payments: key_type.sale.session.managed_payments,
            quantity_as: key_type.sale.quantity_as.as_str().to_owned(),
            term_from: key_type.terms.term_from.as_str().to_owned(),
            updates_for: stored_days(key_type.terms.updates_for),
            recurrence: key_type.recurrence.as_ref().map(stored_json),
            reminder_days: key_type.reminder_days.map(i64::from),
        }
    }
}

impl TryFrom<KeyTypeRow> for KeyType {
    type Error = StoreError;

    fn try_from(row: KeyTypeRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.product.as_str(), row.id.as_str()];
        let place = Place::of("key_types", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            id: place.read("id", KeyTypeId::parse(&row.id))?,
            display_name: place.read(
                "display_name",
                DisplayName::kept(&row.display_name).ok_or(InvalidDisplayName),
            )?,
            terms: LicenseTerms {
                term_from: place.read("term_from", TermFrom::parse(&row.term_from))?,
                updates_for: days(&place, "updates_for", row.updates_for)?,
                ..terms(&place, &row.term, row.activation_limit, &row.entitlements)?
            },
            sale: SaleOptions {
                session: SessionOptions {
                    allow_promotion_codes: row.allow_promotion_codes,
                    automatic_tax: row.automatic_tax,
                    tax_id_collection: row.tax_id_collection,
                    invoice_creation: row.invoice_creation,
                    managed_payments: row.managed_payments,
                },
                quantity_as: place.read("quantity_as", QuantityAs::parse(&row.quantity_as))?,
            },
            price: place.money_some("price", row.price, row.price_currency.as_deref())?,
            recurrence: place.json_some("recurrence", row.recurrence.as_deref())?,
            reminder_days: match row.reminder_days {
                Some(days) => Some(place.number("reminder_days", days)?),
                None => None,
            },
            created_at: Timestamp::from_micros(row.created_at),
            archived_at: row.archived_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(KeyTypeRow: key_types { key tenant, key product, key id, set display_name, set term, set activation_limit, set entitlements, set price, set price_currency, fixed created_at, set archived_at, set version, set allow_promotion_codes, set automatic_tax, set tax_id_collection, set invoice_creation, set managed_payments, set quantity_as, set term_from, set updates_for, set recurrence, set reminder_days });

/// How a guard finds a key type.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("key_types", &["tenant", "product", "id"], |row| match row {
        Row::KeyType(tenant, product, id) => Some(vec![
            Value::text(tenant),
            Value::text(product),
            Value::text(id),
        ]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<KeyTypeRow, _>(&changes.key_types);
}

/// Get a key type of a product.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    product: &ProductId,
    id: &KeyTypeId,
) -> Result<Option<KeyType>, Error> {
    let row = key_types::table
        .find((tenant.as_str(), product.as_str(), id.as_str()))
        .select(KeyTypeRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List up to two key types of a tenant with this id, of any product.
pub fn list_named(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &KeyTypeId,
) -> Result<Vec<KeyType>, Error> {
    let rows = key_types::table
        .filter(key_types::tenant.eq(tenant.as_str()))
        .filter(key_types::id.eq(id.as_str()))
        .order(key_types::product)
        .limit(2)
        .select(KeyTypeRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List the key types of a tenant, of one product or of all, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    product: Option<&ProductId>,
    page: &PageRequest,
) -> Result<Page<KeyType>, Error> {
    let mut query = key_types::table
        .filter(key_types::tenant.eq(tenant.as_str()))
        .select(KeyTypeRow::as_select())
        .order((
            key_types::created_at.desc(),
            key_types::product.desc(),
            key_types::id.desc(),
        ))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(product) = product {
        query = query.filter(key_types::product.eq(product.as_str()));
    }
    if let Some(after) = &page.after {
        query = query.filter(behind!(
            key_types::created_at,
            key_types::product,
            key_types::id,
            after
        ));
    }
    // Two products may have key types of one name.
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &KeyType| Cursor {
            at: it.created_at,
            id: format!("{}/{}", it.product, it.id),
        },
    ))
}
