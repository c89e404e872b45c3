//! Connections of tenants to Stripe.

use diesel::prelude::*;
use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::connection::{Connection, ConnectionState};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, one};
use crate::place::{Place, stored_list, stored_version};
use crate::schema::connections;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `connections`. Disconnected is no mode and no account; accounts to be retired are a
/// JSON list of `mode/account`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = connections)]
pub struct ConnectionRow {
    tenant: String,
    mode: Option<String>,
    account: Option<String>,
    checkout_key: Option<Vec<u8>>,
    retiring: String,
    version: i64,
}

impl From<&Connection> for ConnectionRow {
    fn from(connection: &Connection) -> Self {
        let at = connection.state.account();
        let retiring: Vec<String> = connection
            .retiring
            .iter()
            .map(|old| format!("{}/{}", old.mode, old.account))
            .collect();
        Self {
            tenant: connection.tenant.to_string(),
            mode: at.as_ref().map(|at| at.mode.as_str().to_owned()),
            account: at.map(|at| at.account.to_string()),
            checkout_key: connection
                .checkout_key
                .as_ref()
                .map(|hash| hash.as_bytes().to_vec()),
            retiring: stored_list(retiring.iter().map(String::as_str)),
            version: stored_version(connection.version),
        }
    }
}

impl TryFrom<ConnectionRow> for Connection {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str()];
        let place = Place::of("connections", &key);
        let state = match (&row.mode, &row.account) {
            (None, None) => ConnectionState::Disconnected,
            (Some(mode), Some(account)) => {
                let account = place.read("account", StripeAccountId::parse(account))?;
                match place.read("mode", Mode::parse(mode))? {
                    Mode::Sandbox => ConnectionState::Sandbox(account),
                    Mode::Live => ConnectionState::Live(account),
                }
            }
            _ => return Err(place.wrong("account", "a mode and an account go together")),
        };
        let retiring: Vec<String> = place.json("retiring", &row.retiring)?;
        let checkout_key = row
            .checkout_key
            .as_deref()
            .map(|bytes| place.hash("checkout_key", bytes))
            .transpose()?;
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            state,
            checkout_key: checkout_key.map(SecretHash::from_bytes),
            retiring: retiring
                .iter()
                .map(|old| retired(&place, old))
                .collect::<Result<_, _>>()?,
            version: place.number("version", row.version)?,
        })
    }
}

fn retired(place: &Place<'_>, text: &str) -> Result<AccountRef, StoreError> {
    let (mode, account) = text
        .split_once('/')
        .ok_or_else(|| place.wrong("retiring", "not mode/account"))?;
    Ok(AccountRef {
        mode: place.read("retiring", Mode::parse(mode))?,
        account: place.read("retiring", StripeAccountId::parse(account))?,
    })
}

stored!(ConnectionRow: connections { key tenant, set mode, set account, set checkout_key, set retiring, set version });

/// How a guard finds a connection.
pub(crate) const LOOKUP: Lookup = Lookup::new("connections", &["tenant"], |row| match row {
    Row::Connection(tenant) => Some(vec![Value::text(tenant)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ConnectionRow, _>(&changes.connections);
}

/// Get the connection of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId) -> Result<Option<Connection>, Error> {
    let row = connections::table
        .find(tenant.as_str())
        .select(ConnectionRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List connections with an account, after a tenant.
pub fn list_connected(
    conn: &mut Conn,
    after: Option<&TenantId>,
    n: usize,
) -> Result<Vec<Connection>, Error> {
    let rows = connections::table
        .filter(connections::account.is_not_null())
        .filter(connections::tenant.gt(after.map_or("", TenantId::as_str)))
        .order(connections::tenant)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(ConnectionRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List connections with an account that is still to be left.
pub fn list_retiring(conn: &mut Conn, n: usize) -> Result<Vec<Connection>, Error> {
    let rows = connections::table
        .filter(connections::retiring.ne("[]"))
        .order(connections::tenant)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(ConnectionRow::as_select())
        .load(conn)?;
    all(rows)
}
