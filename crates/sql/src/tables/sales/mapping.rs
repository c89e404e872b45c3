//! Mappings of sellers' own prices and payment links.

use diesel::prelude::*;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::sale_mappings;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `sale_mappings`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sale_mappings)]
pub struct SaleMappingsRow {
    tenant: String,
    mode: String,
    items: String,
    version: i64,
}

impl From<&SaleMappings> for SaleMappingsRow {
    fn from(mappings: &SaleMappings) -> Self {
        Self {
            tenant: mappings.tenant.to_string(),
            mode: mappings.mode.as_str().to_owned(),
            // Texts and lists have always a JSON form.
            items: serde_json::to_string(&mappings.items).unwrap_or_default(),
            version: stored_version(mappings.version),
        }
    }
}

impl TryFrom<SaleMappingsRow> for SaleMappings {
    type Error = StoreError;

    fn try_from(row: SaleMappingsRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.mode.as_str()];
        let place = Place::of("sale_mappings", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            items: place.json("items", &row.items)?,
            version: place.number("version", row.version)?,
        })
    }
}

stored!(SaleMappingsRow: sale_mappings { key tenant, key mode, set items, set version });

/// How a guard finds mappings.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("sale_mappings", &["tenant", "mode"], |row| match row {
        Row::SaleMappings(tenant, mode) => Some(vec![Value::text(tenant), Value::text(mode)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<SaleMappingsRow, _>(&changes.sale_mappings);
}

/// Get the mappings of a tenant in a mode.
pub fn get(conn: &mut Conn, tenant: &TenantId, mode: Mode) -> Result<Option<SaleMappings>, Error> {
    let row = sale_mappings::table
        .find((tenant.as_str(), mode.as_str()))
        .select(SaleMappingsRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
