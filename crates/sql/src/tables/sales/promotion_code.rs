//! Promotion codes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::id::{PromotionCodeId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sales::ledger::promotion_code::{
    CodeState, CodeText, Discount, DurationKind, PercentOff, PromotionCode,
};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{PromotionCodeFilter, StoreError};

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_money, stored_time, stored_version};
use crate::schema::promotion_codes;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `promotion_codes`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = promotion_codes)]
pub struct PromotionCodeRow {
    id: String,
    tenant: String,
    account: String,
    mode: String,
    product: Option<String>,
    code: String,
    percent_off: Option<i64>,
    amount_off: Option<i64>,
    amount_currency: Option<String>,
    duration: String,
    months: Option<i64>,
    max_redemptions: Option<i64>,
    expires_at: Option<i64>,
    first_time_only: bool,
    campaign: Option<String>,
    active: bool,
    state: String,
    stripe_id: Option<String>,
    created_at: i64,
    version: i64,
}

impl From<&PromotionCode> for PromotionCodeRow {
    fn from(code: &PromotionCode) -> Self {
        let (percent, amount): (_, Option<Money>) = match code.discount {
            Discount::Percent(percent) => (Some(percent), None),
            Discount::Amount(amount) => (None, Some(amount)),
        };
        let (amount_off, amount_currency) = stored_money(amount);
        Self {
            id: code.id.to_string(),
            tenant: code.tenant.to_string(),
            account: code.account.account.to_string(),
            mode: code.account.mode.as_str().to_owned(),
            product: code.product.as_ref().map(ToString::to_string),
            code: code.code.to_string(),
            percent_off: percent.map(|percent| i64::from(percent.hundredths())),
            amount_off,
            amount_currency,
            duration: code.duration.as_str().to_owned(),
            months: code.months.map(i64::from),
            max_redemptions: code.max_redemptions.map(i64::from),
            expires_at: stored_time(code.expires_at),
            first_time_only: code.first_time_only,
            campaign: code.campaign.as_ref().map(ToString::to_string),
            active: code.active,
            state: code.state.as_str().to_owned(),
            stripe_id: code.stripe_id.as_ref().map(ToString::to_string),
            created_at: code.created_at.as_micros(),
            version: stored_version(code.version),
        }
    }
}

impl TryFrom<PromotionCodeRow> for PromotionCode {
    type Error = StoreError;

    fn try_from(row: PromotionCodeRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("promotion_codes", &key);
        let stripe_id = row.stripe_id.as_deref();
        Ok(Self {
            id: place.read("id", PromotionCodeId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            account: AccountRef {
                mode: place.read("mode", Mode::parse(&row.mode))?,
                account: place.read("account", StripeAccountId::parse(&row.account))?,
            },
            product: place.read_some("product", row.product.as_deref(), ProductId::parse)?,
            code: place.read("code", CodeText::parse(&row.code))?,
            discount: discount(&place, &row)?,
            duration: place.read("duration", DurationKind::parse(&row.duration))?,
            months: row
                .months
                .map(|months| place.number("months", months))
                .transpose()?,
            max_redemptions: row
                .max_redemptions
                .map(|max| place.number("max_redemptions", max))
                .transpose()?,
            expires_at: row.expires_at.map(Timestamp::from_micros),
            first_time_only: row.first_time_only,
            campaign: place.read_some("campaign", row.campaign.as_deref(), Text::parse)?,
            active: row.active,
            state: place.read("state", CodeState::parse(&row.state))?,
            stripe_id: place.read_some("stripe_id", stripe_id, StripeObjectId::parse)?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}

fn discount(place: &Place<'_>, row: &PromotionCodeRow) -> Result<Discount, StoreError> {
    if let Some(percent) = row.percent_off {
        let percent = place.read("percent_off", PercentOff::from_hundredths(percent))?;
        return Ok(Discount::Percent(percent));
    }
    let currency = row.amount_currency.as_deref();
    match place.money_some("amount_off", row.amount_off, currency)? {
        Some(amount) => Ok(Discount::Amount(amount)),
        None => Err(place.wrong("percent_off", "there is no discount")),
    }
}

stored!(PromotionCodeRow: promotion_codes { key id, fixed tenant, fixed account, fixed mode, fixed product, fixed code, fixed percent_off, fixed amount_off, fixed amount_currency, fixed duration, fixed months, fixed max_redemptions, fixed expires_at, fixed first_time_only, set campaign, set active, set state, set stripe_id, fixed created_at, set version });

/// How a guard finds a promotion code.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("promotion_codes", |row| match row {
    Row::PromotionCode(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<PromotionCodeRow, _>(&changes.promotion_codes);
}

/// Get a promotion code of a tenant.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &PromotionCodeId,
) -> Result<Option<PromotionCode>, Error> {
    let row = promotion_codes::table
        .find(id.as_str())
        .filter(promotion_codes::tenant.eq(tenant.as_str()))
        .select(PromotionCodeRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get the promotion code with this id at Stripe.
pub fn get_by_stripe_id(
    conn: &mut Conn,
    account: &AccountRef,
    id: &StripeObjectId,
) -> Result<Option<PromotionCode>, Error> {
    let row = promotion_codes::table
        .filter(promotion_codes::stripe_id.eq(id.as_str()))
        .filter(promotion_codes::account.eq(account.account.as_str()))
        .filter(promotion_codes::mode.eq(account.mode.as_str()))
        .select(PromotionCodeRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the created codes of a tenant, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &PromotionCodeFilter,
    page: &PageRequest,
) -> Result<Page<PromotionCode>, Error> {
    let mut query = promotion_codes::table
        .filter(promotion_codes::tenant.eq(tenant.as_str()))
        .filter(promotion_codes::state.eq(CodeState::Created.as_str()))
        .select(PromotionCodeRow::as_select())
        .order((
            promotion_codes::created_at.desc(),
            promotion_codes::id.desc(),
        ))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(
            promotion_codes::created_at,
            promotion_codes::id,
            after
        ));
    }
    if let Some(mode) = filter.mode {
        query = query.filter(promotion_codes::mode.eq(mode.as_str()));
    }
    if let Some(product) = &filter.product {
        query = query.filter(promotion_codes::product.eq(product.as_str()));
    }
    if let Some(campaign) = &filter.campaign {
        query = query.filter(promotion_codes::campaign.eq(campaign.as_str()));
    }
    if let Some(active) = filter.active {
        query = query.filter(promotion_codes::active.eq(active));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &PromotionCode| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}

/// List codes that were requested before a time and are unfinished, oldest first.
pub fn list_unfinished(
    conn: &mut Conn,
    before: Timestamp,
    n: usize,
) -> Result<Vec<PromotionCode>, Error> {
    let rows = promotion_codes::table
        // As the partial index says it.
        .filter(sql::<Bool>("state in ('creating', 'removing')"))
        .filter(promotion_codes::created_at.lt(before.as_micros()))
        .order((promotion_codes::created_at, promotion_codes::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(PromotionCodeRow::as_select())
        .load(conn)?;
    all(rows)
}
