//! Sums and ranges of the sales ledger. An entry belongs to the order of its payment, or to the order that began
//! the subscription whose invoice was paid; and to the promotion code in the entry for the discount of that order.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use mintage_domain::base::id::{OrderId, PaymentIntentId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::Cursor;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::stripe_value::CurrencyCode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::books::{BooksId, Sums};
use mintage_domain::model::sales::ledger::entry::{LedgerEntry, SoldBy};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{
    AccountSums, AttributedEntry, SalesGroup, SalesRange, SalesSums, SalesTotals, StoreError,
};

use super::super::super::db::{Conn, Db};
use super::ledger_entry::{LedgerEntryRow, sold_by};
use crate::error::Error;
use crate::paging::all;
use crate::place::Place;
use crate::schema::{ledger_entries, orders, payments, subscriptions};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Entries that are summed or joined, in errors.
fn place() -> Place<'static> {
    Place::of("ledger_entries", &[])
}

/// From entries to their orders.
const ORDERS: &str = " left join payments p on p.intent = e.intent and p.account = e.account \
    left join subscriptions s on s.id = p.subscription and s.account = p.account \
    left join orders o on o.id = coalesce(e.order_id, p.order_id, s.order_id) and o.tenant = e.tenant";

/// From orders to the entries for their discounts.
const DISCOUNTS: &str = " left join ledger_entries d on d.id = o.session and d.account = o.account \
    and d.mode = o.mode and d.tenant = o.tenant";

/// What adds up what entries post, but for the names of the group and the currency.
const SUMS: &str = ", e.currency, cast(sum(e.sales) as bigint), cast(sum(e.gross) as bigint), \
    cast(sum(e.discount) as bigint), cast(sum(e.refunds) as bigint), \
    cast(sum(e.disputes) as bigint), cast(sum(e.stripe_fees + e.platform_fees) as bigint), \
    cast(sum(e.other) as bigint), cast(sum(e.payouts) as bigint) from ledger_entries e";

/// The column of a group, and the joins that it needs.
fn grouping(group: SalesGroup) -> (&'static str, String) {
    match group {
        SalesGroup::Day => ("cast(e.created_at / 86400000000 as text)", String::new()),
        SalesGroup::Currency => ("e.currency", String::new()),
        SalesGroup::Product => ("o.product", ORDERS.to_owned()),
        SalesGroup::KeyType => ("o.key_type", ORDERS.to_owned()),
        SalesGroup::Code => ("d.code", format!("{ORDERS}{DISCOUNTS}")),
        SalesGroup::Campaign => ("d.campaign", format!("{ORDERS}{DISCOUNTS}")),
    }
}

/// What is summed of groups, and after the sums of groups, of accounts.
const ACCOUNTS: &str = " union all select cast(1 as bigint), e.account, e.currency, cast(sum(e.gross - e.discount \
    - e.refunds - e.disputes - e.stripe_fees - e.platform_fees + e.other - e.payouts) as bigint), \
    cast(sum(e.net) as bigint), 0, 0, 0, 0, 0, 0 from ledger_entries e where e.tenant = ";

/// A row of the sums: 0 for a group or 1 for an account, its name, the currency, and the numbers.
type SumsRow = (
    i64,
    Option<String>,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
);
type SumsColumns = (
    BigInt,
    Nullable<Text>,
    Text,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
);

/// Sum a range by group and currency, and all entries by account and currency. One statement reads both, so
/// that they are of one moment.
pub fn sum(
    conn: &mut Conn,
    range: &SalesRange,
    group: SalesGroup,
    n: usize,
) -> Result<SalesTotals, Error> {
    let (column, joins) = grouping(group);
    let query = sql::<SumsColumns>(&format!(
        "select * from (select cast(0 as bigint) as part, {column} as name{SUMS}{joins} where e.tenant = "
    ))
    .bind::<Text, _>(range.tenant.as_str())
    .sql(" and e.mode = ")
    .bind::<Text, _>(range.mode.as_str())
    .sql(" and e.created_at >= ")
    .bind::<BigInt, _>(range.from.map_or(i64::MIN, Timestamp::as_micros))
    .sql(" and e.created_at < ")
    .bind::<BigInt, _>(range.until.map_or(i64::MAX, Timestamp::as_micros))
    .sql(" group by 2, 3 order by 2 nulls last, 3 limit ")
    .bind::<BigInt, _>(i64::try_from(n).unwrap_or(i64::MAX))
    .sql(&format!(") as grouped{ACCOUNTS}"))
    .bind::<Text, _>(range.tenant.as_str())
    .sql(" and e.mode = ")
    .bind::<Text, _>(range.mode.as_str())
    .sql(" group by 2, 3 order by 1, 2 nulls last, 3");
    let rows: Vec<SumsRow> = query.load(conn)?;
    let mut totals = SalesTotals {
        groups: Vec::new(),
        accounts: Vec::new(),
    };
    for row in rows {
        if row.0 == 0 {
            totals.groups.push(read_group(row, group)?);
        } else {
            totals.accounts.push(read_account(&row, range.mode)?);
        }
    }
    Ok(totals)
}

/// The name of a day that is stored as a number.
fn day(number: &str) -> String {
    let number: i64 = number.parse().unwrap_or_default();
    SalesGroup::day(Timestamp::from_micros(number.saturating_mul(DAY)))
}

fn read_group(row: SumsRow, by: SalesGroup) -> Result<SalesSums, StoreError> {
    let (_, name, currency, orders, gross, discount, refunds, disputes, fees, other, payouts) = row;
    Ok(SalesSums {
        group: name.map(|name| match by {
            SalesGroup::Day => day(&name),
            _ => name,
        }),
        currency: place().read("currency", CurrencyCode::parse(&currency))?,
        orders,
        gross,
        discount,
        refunds,
        disputes,
        fees,
        other,
        payouts,
    })
}

fn read_account(row: &SumsRow, mode: Mode) -> Result<AccountSums, StoreError> {
    let account = row.1.as_deref().unwrap_or_default();
    Ok(AccountSums {
        account: AccountRef {
            mode,
            account: place().read("account", StripeAccountId::parse(account))?,
        },
        currency: place().read("currency", CurrencyCode::parse(&row.2))?,
        ledger: row.3,
        reported: row.4,
    })
}

/// Sum what Stripe reported of an account until a time.
pub fn sum_reported(conn: &mut Conn, id: &BooksId, until: Timestamp) -> Result<Sums, Error> {
    let query = sql::<(Text, BigInt)>(
        "select e.currency, cast(sum(e.net) as bigint) from ledger_entries e where e.tenant = ",
    )
    .bind::<Text, _>(id.tenant.as_str())
    .sql(" and e.mode = ")
    .bind::<Text, _>(id.account.mode.as_str())
    .sql(" and e.account = ")
    .bind::<Text, _>(id.account.account.as_str())
    .sql(" and e.created_at <= ")
    .bind::<BigInt, _>(until.as_micros())
    .sql(" group by 1");
    let rows: Vec<(String, i64)> = query.load(conn)?;
    rows.into_iter()
        .map(|(currency, sum)| {
            Ok((
                place().read("currency", CurrencyCode::parse(&currency))?,
                sum,
            ))
        })
        .collect()
}

/// List the entries of a range, oldest first.
pub fn range(
    conn: &mut Conn,
    range: &SalesRange,
    after: Option<&Cursor>,
    n: usize,
) -> Result<Vec<AttributedEntry>, Error> {
    let mut query = ledger_entries::table
        .filter(ledger_entries::tenant.eq(range.tenant.as_str()))
        .filter(ledger_entries::mode.eq(range.mode.as_str()))
        .order((ledger_entries::created_at, ledger_entries::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(LedgerEntryRow::as_select())
        .into_boxed::<Db>();
    if let Some(from) = range.from {
        query = query.filter(ledger_entries::created_at.ge(from.as_micros()));
    }
    if let Some(until) = range.until {
        query = query.filter(ledger_entries::created_at.lt(until.as_micros()));
    }
    if let Some(after) = after {
        let at = after.at.as_micros();
        query = query.filter(
            ledger_entries::created_at.ge(at).and(
                ledger_entries::created_at
                    .gt(at)
                    .or(ledger_entries::id.gt(after.id.clone())),
            ),
        );
    }
    let entries: Vec<LedgerEntry> = all(query.load::<LedgerEntryRow>(conn)?)?;
    attribute(conn, &range.tenant, entries)
}

/// What an order was sold as.
type Sold = (String, String, String, Option<String>);

fn attribute(
    conn: &mut Conn,
    tenant: &TenantId,
    entries: Vec<LedgerEntry>,
) -> Result<Vec<AttributedEntry>, Error> {
    let paid = paid(conn, &entries)?;
    let order_of = |entry: &LedgerEntry| -> Option<String> {
        if let Some(order) = &entry.order {
            return Some(order.to_string());
        }
        let account = entry.id.account.account.to_string();
        paid.get(&(entry.intent.as_ref()?.to_string(), account))?
            .clone()
    };
    let ids: Vec<String> = entries.iter().filter_map(order_of).collect();
    let sold: Vec<Sold> = orders::table
        .filter(orders::id.eq_any(ids))
        .filter(orders::tenant.eq(tenant.as_str()))
        .select((
            orders::id,
            orders::product,
            orders::key_type,
            orders::session,
        ))
        .load(conn)?;
    let codes = codes(conn, tenant, &sold)?;
    let sold: HashMap<&str, &Sold> = sold.iter().map(|it| (it.0.as_str(), it)).collect();
    entries
        .into_iter()
        .map(|entry| {
            let order = order_of(&entry);
            let found = order.as_deref().and_then(|id| sold.get(id).copied());
            Ok(attributed(entry, found, &codes)?)
        })
        .collect()
}

fn attributed(
    entry: LedgerEntry,
    sold: Option<&Sold>,
    codes: &HashMap<String, SoldBy>,
) -> Result<AttributedEntry, StoreError> {
    let (order, product, key_type, session) = match sold {
        Some((order, product, key_type, session)) => (
            Some(place().read("order_id", OrderId::parse(order))?),
            Some(place().read("product", ProductId::parse(product))?),
            Some(place().read("key_type", KeyTypeId::parse(key_type))?),
            session.as_deref(),
        ),
        None => (None, None, None, None),
    };
    Ok(AttributedEntry {
        code: session.and_then(|session| codes.get(session)).cloned(),
        entry,
        order,
        product,
        key_type,
    })
}

/// The orders that payments belong to, by payment and account.
type Paid = HashMap<(String, String), Option<String>>;

/// The orders that the payments of entries belong to: their own, or those of the subscriptions whose invoices
/// they paid.
fn paid(conn: &mut Conn, entries: &[LedgerEntry]) -> Result<Paid, Error> {
    let intents = entries.iter().filter_map(|it| it.intent.as_ref());
    let intents: Vec<&str> = intents.map(PaymentIntentId::as_str).collect();
    let rows: Vec<(String, String, Option<String>, Option<String>)> = payments::table
        .filter(payments::intent.eq_any(intents))
        .select((
            payments::intent,
            payments::account,
            payments::order_id,
            payments::subscription,
        ))
        .load(conn)?;
    let begun: Vec<&str> = rows.iter().filter_map(|row| row.3.as_deref()).collect();
    let begun: Vec<(String, String, Option<String>)> = subscriptions::table
        .filter(subscriptions::id.eq_any(begun))
        .select((
            subscriptions::id,
            subscriptions::account,
            subscriptions::order_id,
        ))
        .load(conn)?;
    let begun: Paid = begun
        .into_iter()
        .map(|(id, account, order)| ((id, account), order))
        .collect();
    let rows = rows.into_iter();
    let paid = rows.map(|(intent, account, order, subscription)| {
        let of_subscription = || {
            begun
                .get(&(subscription?, account.clone()))
                .cloned()
                .flatten()
        };
        let order = order.or_else(of_subscription);
        ((intent, account), order)
    });
    Ok(paid.collect())
}

/// The promotion codes of orders, by session.
fn codes(
    conn: &mut Conn,
    tenant: &TenantId,
    sold: &[Sold],
) -> Result<HashMap<String, SoldBy>, Error> {
    let sessions: Vec<&str> = sold.iter().filter_map(|it| it.3.as_deref()).collect();
    let rows: Vec<(String, Option<String>, Option<String>)> = ledger_entries::table
        .filter(ledger_entries::id.eq_any(sessions))
        .filter(ledger_entries::tenant.eq(tenant.as_str()))
        .select((
            ledger_entries::id,
            ledger_entries::code,
            ledger_entries::campaign,
        ))
        .load(conn)?;
    let mut codes = HashMap::new();
    for (session, code, campaign) in rows {
        if let Some(code) = sold_by(&place(), code.as_deref(), campaign.as_deref())? {
            codes.insert(session, code);
        }
    }
    Ok(codes)
}
