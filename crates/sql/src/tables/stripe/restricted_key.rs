//! Restricted keys of tenants.

use diesel::prelude::*;
use mintage_domain::base::id::{StripeAccountId, StripeEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::model::stripe::restricted_key::{
    ConnectedKey, FormerKey, KeyHealth, OwnEndpoint, RestrictedKey, id_of,
};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, one};
use crate::place::{Place, stored_list, stored_time, stored_version};
use crate::schema::restricted_keys;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `restricted_keys`. Without an account no key is connected.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = restricted_keys)]
pub struct RestrictedKeyRow {
    id: String,
    account: Option<String>,
    sealed_key: Vec<u8>,
    hint: String,
    endpoint_state: String,
    endpoint: Option<String>,
    sealed_webhook_secret: Vec<u8>,
    excess: String,
    unhealthy_since: Option<i64>,
    missing: String,
    refused: bool,
    checked_at: i64,
    connected_at: i64,
    sealed_former_key: Vec<u8>,
    former_endpoint: Option<String>,
    former_until: Option<i64>,
    due_at: Option<i64>,
    version: i64,
}

/// The states of an endpoint, as they are stored.
const PENDING: &str = "pending";
const NO_ROOM: &str = "no-room";
const CREATED: &str = "created";

impl From<&RestrictedKey> for RestrictedKeyRow {
    fn from(key: &RestrictedKey) -> Self {
        let mut row = Self {
            id: key.id(),
            account: None,
            sealed_key: Vec::new(),
            hint: String::new(),
            endpoint_state: PENDING.to_owned(),
            endpoint: None,
            sealed_webhook_secret: Vec::new(),
            excess: stored_list([]),
            unhealthy_since: None,
            missing: stored_list([]),
            refused: false,
            checked_at: 0,
            connected_at: 0,
            sealed_former_key: Vec::new(),
            former_endpoint: None,
            former_until: None,
            due_at: stored_time(key.due_at),
            version: stored_version(key.version),
        };
        if let Some(connected) = &key.connected {
            row.set_connected(connected);
        }
        if let Some(former) = &key.former {
            row.sealed_former_key = former.sealed_key.to_bytes();
            row.former_endpoint = former.endpoint.as_ref().map(ToString::to_string);
            row.former_until = Some(former.until.as_micros());
        }
        row
    }
}

impl RestrictedKeyRow {
    fn set_connected(&mut self, connected: &ConnectedKey) {
        let health = &connected.health;
        self.account = Some(connected.account.to_string());
        self.sealed_key = connected.sealed_key.to_bytes();
        self.hint.clone_from(&connected.hint);
        self.excess = stored_list(connected.excess.iter().map(|it| it.as_str()));
        self.unhealthy_since = stored_time(health.since);
        self.missing = stored_list(health.missing.iter().map(|it| it.as_str()));
        self.refused = health.is_refused;
        self.checked_at = health.checked_at.as_micros();
        self.connected_at = connected.connected_at.as_micros();
        match &connected.endpoint {
            OwnEndpoint::Pending => {}
            OwnEndpoint::NoRoom => NO_ROOM.clone_into(&mut self.endpoint_state),
            OwnEndpoint::Created { id, sealed_secret } => {
                CREATED.clone_into(&mut self.endpoint_state);
                self.endpoint = Some(id.to_string());
                self.sealed_webhook_secret = sealed_secret.to_bytes();
            }
        }
    }

    fn connected(&self, place: &Place<'_>) -> Result<Option<ConnectedKey>, StoreError> {
        let Some(account) = &self.account else {
            return Ok(None);
        };
        let excess: Vec<String> = place.json("excess", &self.excess)?;
        let missing: Vec<String> = place.json("missing", &self.missing)?;
        Ok(Some(ConnectedKey {
            account: place.read("account", StripeAccountId::parse(account))?,
            sealed_key: place.read("sealed_key", Sealed::from_bytes(&self.sealed_key))?,
            hint: self.hint.clone(),
            endpoint: self.endpoint(place)?,
            excess: excess
                .iter()
                .map(|it| place.read("excess", ExcessPermission::parse(it)))
                .collect::<Result<_, _>>()?,
            health: KeyHealth {
                since: self.unhealthy_since.map(Timestamp::from_micros),
                missing: missing
                    .iter()
                    .map(|it| place.read("missing", KeyPermission::parse(it)))
                    .collect::<Result<_, _>>()?,
                is_refused: self.refused,
                checked_at: Timestamp::from_micros(self.checked_at),
            },
            connected_at: Timestamp::from_micros(self.connected_at),
        }))
    }

    fn endpoint(&self, place: &Place<'_>) -> Result<OwnEndpoint, StoreError> {
        match (self.endpoint_state.as_str(), &self.endpoint) {
            (PENDING, None) => Ok(OwnEndpoint::Pending),
            (NO_ROOM, None) => Ok(OwnEndpoint::NoRoom),
            (CREATED, Some(id)) => Ok(OwnEndpoint::Created {
                id: place.read("endpoint", StripeEndpointId::parse(id))?,
                sealed_secret: place.read(
                    "sealed_webhook_secret",
                    Sealed::from_bytes(&self.sealed_webhook_secret),
                )?,
            }),
            _ => Err(place.wrong("endpoint_state", "does not go with the endpoint")),
        }
    }

    fn former(&self, place: &Place<'_>) -> Result<Option<FormerKey>, StoreError> {
        let Some(until) = self.former_until else {
            return Ok(None);
        };
        Ok(Some(FormerKey {
            sealed_key: place.read(
                "sealed_former_key",
                Sealed::from_bytes(&self.sealed_former_key),
            )?,
            endpoint: place.read_some(
                "former_endpoint",
                self.former_endpoint.as_deref(),
                StripeEndpointId::parse,
            )?,
            until: Timestamp::from_micros(until),
        }))
    }
}

impl TryFrom<RestrictedKeyRow> for RestrictedKey {
    type Error = StoreError;

    fn try_from(row: RestrictedKeyRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("restricted_keys", &key);
        let (tenant, mode) = row
            .id
            .split_once('/')
            .ok_or_else(|| place.wrong("id", "not tenant/mode"))?;
        Ok(Self {
            tenant: place.read("id", TenantId::parse(tenant))?,
            mode: place.read("id", Mode::parse(mode))?,
            connected: row.connected(&place)?,
            former: row.former(&place)?,
            due_at: row.due_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(RestrictedKeyRow: restricted_keys { key id, set account, set sealed_key, set hint, set endpoint_state, set endpoint, set sealed_webhook_secret, set excess, set unhealthy_since, set missing, set refused, set checked_at, set connected_at, set sealed_former_key, set former_endpoint, set former_until, set due_at, set version });

/// How a guard finds a restricted key.
pub(crate) const LOOKUP: Lookup = Lookup::new("restricted_keys", &["id"], |row| match row {
    Row::RestrictedKey(tenant, mode) => Some(vec![Value::Text(Some(id_of(tenant, *mode)))]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<RestrictedKeyRow, _>(&changes.restricted_keys);
}

/// Get the restricted key of a tenant in a mode.
pub fn get(conn: &mut Conn, tenant: &TenantId, mode: Mode) -> Result<Option<RestrictedKey>, Error> {
    let row = restricted_keys::table
        .find(id_of(tenant, mode))
        .select(RestrictedKeyRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the keys that a worker looks at by now.
pub fn list_due(conn: &mut Conn, now: Timestamp, n: usize) -> Result<Vec<RestrictedKey>, Error> {
    let rows = restricted_keys::table
        .filter(restricted_keys::due_at.le(now.as_micros()))
        .order((restricted_keys::due_at, restricted_keys::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(RestrictedKeyRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List the keys that need attention.
pub fn list_unhealthy(conn: &mut Conn, n: usize) -> Result<Vec<RestrictedKey>, Error> {
    let rows = restricted_keys::table
        .filter(restricted_keys::unhealthy_since.is_not_null())
        .order(restricted_keys::id)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(RestrictedKeyRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List connected keys after this one.
pub fn list_connected(
    conn: &mut Conn,
    after: Option<(&TenantId, Mode)>,
    n: usize,
) -> Result<Vec<RestrictedKey>, Error> {
    let after = after.map(|(tenant, mode)| id_of(tenant, mode));
    let rows = restricted_keys::table
        .filter(restricted_keys::account.is_not_null())
        .filter(restricted_keys::id.gt(after.unwrap_or_default()))
        .order(restricted_keys::id)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(RestrictedKeyRow::as_select())
        .load(conn)?;
    all(rows)
}
