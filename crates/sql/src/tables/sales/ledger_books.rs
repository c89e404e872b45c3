//! The books of accounts: how far their balance transactions have been read.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::ledger::books::{Books, BooksId};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, one};
use crate::place::{Place, stored_time, stored_version};
use crate::schema::ledger_books;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// The largest number of books of a tenant that are listed.
const MAX_OF_TENANT: i64 = 1_000;

/// A row of `ledger_books`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger_books)]
pub struct BooksRow {
    account: String,
    mode: String,
    tenant: String,
    read_until: i64,
    checked_at: Option<i64>,
    pass: Option<String>,
    drift: String,
    due_at: i64,
    leased_until: Option<i64>,
    failures: i64,
    version: i64,
}

impl From<&Books> for BooksRow {
    fn from(books: &Books) -> Self {
        let json = |pass| serde_json::to_string(pass).ok();
        Self {
            account: books.id.account.account.to_string(),
            mode: books.id.account.mode.as_str().to_owned(),
            tenant: books.id.tenant.to_string(),
            read_until: books.read_until.as_micros(),
            checked_at: stored_time(books.checked_at),
            pass: books.pass.as_ref().and_then(json),
            drift: serde_json::to_string(&books.drift).unwrap_or_else(|_| "{}".to_owned()),
            due_at: books.due_at.as_micros(),
            leased_until: stored_time(books.leased_until),
            failures: i64::from(books.failures),
            version: stored_version(books.version),
        }
    }
}

impl TryFrom<BooksRow> for Books {
    type Error = StoreError;

    fn try_from(row: BooksRow) -> Result<Self, StoreError> {
        let key = [row.account.as_str(), row.mode.as_str(), row.tenant.as_str()];
        let place = Place::of("ledger_books", &key);
        Ok(Self {
            id: id(&place, &row.tenant, &row.account, &row.mode)?,
            read_until: Timestamp::from_micros(row.read_until),
            checked_at: row.checked_at.map(Timestamp::from_micros),
            pass: match row.pass.as_deref() {
                Some(pass) => Some(place.json("pass", pass)?),
                None => None,
            },
            drift: place.json("drift", &row.drift)?,
            due_at: Timestamp::from_micros(row.due_at),
            leased_until: row.leased_until.map(Timestamp::from_micros),
            failures: place.number("failures", row.failures)?,
            version: place.number("version", row.version)?,
        })
    }
}

fn id(place: &Place<'_>, tenant: &str, account: &str, mode: &str) -> Result<BooksId, StoreError> {
    Ok(BooksId {
        tenant: place.read("tenant", TenantId::parse(tenant))?,
        account: AccountRef {
            mode: place.read("mode", Mode::parse(mode))?,
            account: place.read("account", StripeAccountId::parse(account))?,
        },
    })
}

stored!(BooksRow: ledger_books { key account, key mode, key tenant, set read_until, set checked_at, set pass, set drift, set due_at, set leased_until, set failures, set version });

/// How a guard finds books.
pub(crate) const LOOKUP: Lookup = Lookup::new(
    "ledger_books",
    &["account", "mode", "tenant"],
    |row| match row {
        Row::Books(it) => Some(vec![
            Value::text(&it.account.account),
            Value::text(it.account.mode.as_str()),
            Value::text(&it.tenant),
        ]),
        _ => None,
    },
);

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<BooksRow, _>(&changes.books);
}

/// Get the books of an account.
pub fn get(conn: &mut Conn, id: &BooksId) -> Result<Option<Books>, Error> {
    let key = (
        id.account.account.as_str(),
        id.account.mode.as_str(),
        id.tenant.as_str(),
    );
    let row = ledger_books::table
        .find(key)
        .select(BooksRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the books of a tenant in a mode.
pub fn list(conn: &mut Conn, tenant: &TenantId, mode: Mode) -> Result<Vec<Books>, Error> {
    let rows: Vec<BooksRow> = ledger_books::table
        .filter(ledger_books::tenant.eq(tenant.as_str()))
        .filter(ledger_books::mode.eq(mode.as_str()))
        .order(ledger_books::account)
        .limit(MAX_OF_TENANT)
        .select(BooksRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List the books of connected accounts whose next step is due.
pub fn list_due(conn: &mut Conn, now: Timestamp, n: usize) -> Result<Vec<BooksId>, Error> {
    let now = now.as_micros();
    let query = sql::<(Text, Text, Text)>(
        "select l.tenant, l.account, l.mode from account_links l left join ledger_books b \
         on b.account = l.account and b.mode = l.mode and b.tenant = l.tenant \
         where l.active and coalesce(b.due_at, 0) <= ",
    )
    .bind::<BigInt, _>(now)
    .sql(" and coalesce(b.leased_until, 0) <= ")
    .bind::<BigInt, _>(now)
    .sql(" order by coalesce(b.due_at, 0), l.account, l.mode limit ")
    .bind::<BigInt, _>(i64::try_from(n).unwrap_or(i64::MAX))
    .sql("");
    let rows: Vec<(String, String, String)> = query.load(conn)?;
    rows.into_iter()
        .map(|(tenant, account, mode)| {
            let key = [account.as_str(), mode.as_str()];
            let place = Place::of("account_links", &key);
            Ok(id(&place, &tenant, &account, &mode)?)
        })
        .collect()
}
