//! Connections, account links and OAuth rounds.

use diesel::prelude::*;
use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::{Connection, ConnectionState};
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_list, stored_version};
use crate::schema::{account_links, connections, oauth_rounds};

/// A row of `connections`. Disconnected is no mode and no account; accounts to be retired are a
/// JSON list of `mode/account`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connections, treat_none_as_default_value = false)]
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

/// A row of `account_links`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_links, treat_none_as_default_value = false)]
pub struct AccountLinkRow {
    account: String,
    mode: String,
    tenant: String,
    active: bool,
    linked_at: i64,
    version: i64,
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

/// A row of `oauth_rounds`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = oauth_rounds, treat_none_as_default_value = false)]
pub struct OAuthRoundRow {
    state: Vec<u8>,
    tenant: String,
    mode: String,
    expires_at: i64,
    used: bool,
    version: i64,
}

impl From<&OAuthRound> for OAuthRoundRow {
    fn from(round: &OAuthRound) -> Self {
        Self {
            state: round.state.as_bytes().to_vec(),
            tenant: round.tenant.to_string(),
            mode: round.mode.as_str().to_owned(),
            expires_at: round.expires_at.as_micros(),
            used: round.used,
            version: stored_version(round.version),
        }
    }
}

impl TryFrom<OAuthRoundRow> for OAuthRound {
    type Error = StoreError;

    fn try_from(row: OAuthRoundRow) -> Result<Self, StoreError> {
        let key = ["a round of", row.tenant.as_str()];
        let place = Place::of("oauth_rounds", &key);
        Ok(Self {
            state: SecretHash::from_bytes(place.hash("state", &row.state)?),
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            expires_at: Timestamp::from_micros(row.expires_at),
            used: row.used,
            version: place.number("version", row.version)?,
        })
    }
}
