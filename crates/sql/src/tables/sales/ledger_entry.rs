//! Entries of the sales ledger.

use diesel::prelude::*;
use mintage_domain::base::id::{OrderId, PaymentIntentId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::stripe_value::{CurrencyCode, StripeObjectId};
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::ledger::books::BooksId;
use mintage_domain::model::sales::ledger::entry::{LedgerEntry, LedgerEntryId, SoldBy};
use mintage_domain::model::sales::ledger::postings::Postings;
use mintage_domain::model::sales::ledger::transaction::EntryKind;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::all;
use crate::place::{Place, stored_version};
use crate::schema::ledger_entries;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `ledger_entries`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger_entries)]
pub struct LedgerEntryRow {
    id: String,
    account: String,
    mode: String,
    tenant: String,
    kind: String,
    stripe_type: String,
    currency: String,
    sales: i64,
    gross: i64,
    discount: i64,
    refunds: i64,
    disputes: i64,
    stripe_fees: i64,
    platform_fees: i64,
    other: i64,
    payouts: i64,
    net: i64,
    source: Option<String>,
    intent: Option<String>,
    order_id: Option<String>,
    code: Option<String>,
    campaign: Option<String>,
    created_at: i64,
    version: i64,
}

impl From<&LedgerEntry> for LedgerEntryRow {
    fn from(entry: &LedgerEntry) -> Self {
        let (id, postings) = (&entry.id, &entry.postings);
        let campaign = entry.code.as_ref().and_then(|code| code.campaign.as_ref());
        Self {
            id: id.id.to_string(),
            account: id.account.account.to_string(),
            mode: id.account.mode.as_str().to_owned(),
            tenant: id.tenant.to_string(),
            kind: entry.kind.as_str().to_owned(),
            stripe_type: entry.stripe_type.to_string(),
            currency: entry.currency.to_string(),
            sales: postings.sales,
            gross: postings.gross,
            discount: postings.discount,
            refunds: postings.refunds,
            disputes: postings.disputes,
            stripe_fees: postings.stripe_fees,
            platform_fees: postings.platform_fees,
            other: postings.other,
            payouts: postings.payouts,
            net: entry.net,
            source: entry.source.as_ref().map(ToString::to_string),
            intent: entry.intent.as_ref().map(ToString::to_string),
            order_id: entry.order.as_ref().map(ToString::to_string),
            code: entry.code.as_ref().map(|code| code.code.to_string()),
            campaign: campaign.map(ToString::to_string),
            created_at: entry.created_at.as_micros(),
            version: stored_version(entry.version),
        }
    }
}

impl TryFrom<LedgerEntryRow> for LedgerEntry {
    type Error = StoreError;

    fn try_from(row: LedgerEntryRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str(), row.account.as_str(), row.tenant.as_str()];
        let place = Place::of("ledger_entries", &key);
        let account = AccountRef {
            mode: place.read("mode", Mode::parse(&row.mode))?,
            account: place.read("account", StripeAccountId::parse(&row.account))?,
        };
        let source = row.source.as_deref();
        Ok(Self {
            id: LedgerEntryId {
                tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
                account,
                id: place.read("id", StripeObjectId::parse(&row.id))?,
            },
            kind: place.read("kind", EntryKind::parse(&row.kind))?,
            stripe_type: place.read("stripe_type", Text::parse(&row.stripe_type))?,
            currency: place.read("currency", CurrencyCode::parse(&row.currency))?,
            postings: Postings {
                sales: row.sales,
                gross: row.gross,
                discount: row.discount,
                refunds: row.refunds,
                disputes: row.disputes,
                stripe_fees: row.stripe_fees,
                platform_fees: row.platform_fees,
                other: row.other,
                payouts: row.payouts,
            },
            net: row.net,
            source: place.read_some("source", source, StripeObjectId::parse)?,
            intent: place.read_some("intent", row.intent.as_deref(), PaymentIntentId::parse)?,
            order: place.read_some("order_id", row.order_id.as_deref(), OrderId::parse)?,
            code: sold_by(&place, row.code.as_deref(), row.campaign.as_deref())?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}

/// The promotion code of a discount.
pub(crate) fn sold_by(
    place: &Place<'_>,
    code: Option<&str>,
    campaign: Option<&str>,
) -> Result<Option<SoldBy>, StoreError> {
    let Some(code) = code else {
        return Ok(None);
    };
    Ok(Some(SoldBy {
        code: place.read("code", Text::parse(code))?,
        campaign: place.read_some("campaign", campaign, Text::parse)?,
    }))
}

stored!(LedgerEntryRow: ledger_entries { key id, key account, key mode, key tenant, fixed kind, fixed stripe_type, fixed currency, fixed sales, fixed gross, fixed discount, fixed refunds, fixed disputes, fixed stripe_fees, fixed platform_fees, fixed other, fixed payouts, fixed net, fixed source, set intent, set order_id, set code, set campaign, fixed created_at, set version });

/// How a guard finds an entry.
pub(crate) const LOOKUP: Lookup = Lookup::new(
    "ledger_entries",
    &["id", "account", "mode", "tenant"],
    |row| match row {
        Row::LedgerEntry(it) => Some(vec![
            Value::text(&it.id),
            Value::text(&it.account.account),
            Value::text(it.account.mode.as_str()),
            Value::text(&it.tenant),
        ]),
        _ => None,
    },
);

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<LedgerEntryRow, _>(&changes.ledger_entries);
}

/// Get the entries of an account that have one of these ids.
pub fn list_of_ids(
    conn: &mut Conn,
    id: &BooksId,
    ids: &[StripeObjectId],
) -> Result<Vec<LedgerEntry>, Error> {
    let ids: Vec<&str> = ids.iter().map(StripeObjectId::as_str).collect();
    let rows: Vec<LedgerEntryRow> = ledger_entries::table
        .filter(ledger_entries::id.eq_any(ids))
        .filter(ledger_entries::account.eq(id.account.account.as_str()))
        .filter(ledger_entries::mode.eq(id.account.mode.as_str()))
        .filter(ledger_entries::tenant.eq(id.tenant.as_str()))
        .order(ledger_entries::id)
        .select(LedgerEntryRow::as_select())
        .load(conn)?;
    all(rows)
}
