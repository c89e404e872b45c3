//! What Stripe says of connected accounts.

use diesel::prelude::*;
use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::account_state::AccountState;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::account_states;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `account_states`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = account_states)]
pub struct AccountStateRow {
    account: String,
    mode: String,
    facts: Option<String>,
    checked_at: i64,
    payouts: String,
    version: i64,
}

impl From<&AccountState> for AccountStateRow {
    fn from(state: &AccountState) -> Self {
        Self {
            account: state.account.account.to_string(),
            mode: state.account.mode.as_str().to_owned(),
            facts: state.facts_json(),
            checked_at: state.checked_at.as_micros(),
            payouts: state.payouts_json(),
            version: stored_version(state.version),
        }
    }
}

impl TryFrom<AccountStateRow> for AccountState {
    type Error = StoreError;

    fn try_from(row: AccountStateRow) -> Result<Self, StoreError> {
        let key = [row.account.as_str(), row.mode.as_str()];
        let place = Place::of("account_states", &key);
        let facts = row.facts.as_deref();
        Ok(Self {
            account: AccountRef {
                mode: place.read("mode", Mode::parse(&row.mode))?,
                account: place.read("account", StripeAccountId::parse(&row.account))?,
            },
            facts: facts.map(|it| place.json("facts", it)).transpose()?,
            checked_at: Timestamp::from_micros(row.checked_at),
            payouts: place.json("payouts", &row.payouts)?,
            version: place.number("version", row.version)?,
        })
    }
}

stored!(AccountStateRow: account_states { key account, key mode, set facts, set checked_at, set payouts, set version });

/// How a guard finds the state of an account.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("account_states", &["account", "mode"], |row| match row {
        Row::AccountState(at) => Some(vec![Value::text(&at.account), Value::text(&at.mode)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<AccountStateRow, _>(&changes.account_states);
}

/// Get the state of an account.
pub fn get(conn: &mut Conn, account: &AccountRef) -> Result<Option<AccountState>, Error> {
    let row = account_states::table
        .find((account.account.as_str(), account.mode.as_str()))
        .select(AccountStateRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
