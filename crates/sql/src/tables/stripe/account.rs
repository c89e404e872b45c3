//! Links of Stripe accounts to tenants.

use diesel::prelude::*;
use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::account_links;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `account_links`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = account_links)]
pub struct AccountLinkRow {
    account: String,
    mode: String,
    tenant: String,
    active: bool,
    linked_at: i64,
    version: i64,
    /// Moved forward apart from the link, which a write of the link leaves as it is.
    last_event_at: Option<i64>,
}

impl From<&AccountLink> for AccountLinkRow {
    fn from(link: &AccountLink) -> Self {
        Self {
            account: link.account.account.to_string(),
            mode: link.account.mode.as_str().to_owned(),
            tenant: link.tenant.to_string(),
            active: link.active,
            linked_at: link.linked_at.as_micros(),
            version: stored_version(link.version),
            last_event_at: None,
        }
    }
}

impl TryFrom<AccountLinkRow> for AccountLink {
    type Error = StoreError;

    fn try_from(row: AccountLinkRow) -> Result<Self, StoreError> {
        let key = [row.account.as_str(), row.mode.as_str()];
        let place = Place::of("account_links", &key);
        Ok(Self {
            account: AccountRef {
                mode: place.read("mode", Mode::parse(&row.mode))?,
                account: place.read("account", StripeAccountId::parse(&row.account))?,
            },
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            active: row.active,
            linked_at: Timestamp::from_micros(row.linked_at),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(AccountLinkRow: account_links { key account, key mode, set tenant, set active, set linked_at, set version, fixed last_event_at });

/// How a guard finds the link of an account.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("account_links", &["account", "mode"], |row| match row {
        Row::Account(at) => Some(vec![Value::text(&at.account), Value::text(&at.mode)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<AccountLinkRow, _>(&changes.accounts);
}

/// Get the link of an account.
pub fn get(conn: &mut Conn, account: &AccountRef) -> Result<Option<AccountLink>, Error> {
    let row = account_links::table
        .find((account.account.as_str(), account.mode.as_str()))
        .select(AccountLinkRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get when an event of an account was last received.
pub fn last_event_at(conn: &mut Conn, account: &AccountRef) -> Result<Option<Timestamp>, Error> {
    let at: Option<Option<i64>> = account_links::table
        .find((account.account.as_str(), account.mode.as_str()))
        .select(account_links::last_event_at)
        .first(conn)
        .optional()?;
    Ok(at.flatten().map(Timestamp::from_micros))
}
