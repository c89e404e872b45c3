//! Orders.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, OrderId, PaymentIntentId, SessionId, StripeAccountId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::sales::basket::Basket;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::stored_basket::{StoredBasket, hides_term};
use mintage_domain::ports::{OrderFilter, StoreError};

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_json, stored_money, stored_time, stored_version};
use crate::schema::orders;
use crate::table::{Value, stored};
use crate::terms::{stored_entitlements, terms};
use crate::writes::Writes;

/// A row of `orders`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct OrderRow {
    id: String,
    tenant: String,
    mode: String,
    account: String,
    product: String,
    key_type: String,
    term: String,
    activation_limit: i64,
    entitlements: String,
    price: i64,
    price_currency: String,
    fee: Option<i64>,
    fee_currency: Option<String>,
    buyer: Option<String>,
    session: Option<String>,
    status: String,
    customer: Option<String>,
    total: Option<i64>,
    total_currency: Option<String>,
    payment: Option<String>,
    created_at: i64,
    fulfilled_at: Option<i64>,
    version: i64,
    email: Option<String>,
    basket: Option<String>,
    metadata: Option<String>,
    recurrence: Option<String>,
    claim: Option<String>,
}

impl From<&Order> for OrderRow {
    fn from(order: &Order) -> Self {
        let (fee, fee_currency) = stored_money(order.fee);
        let (total, total_currency) = stored_money(order.total);
        Self {
            id: order.id.to_string(),
            tenant: order.tenant.to_string(),
            mode: order.mode.as_str().to_owned(),
            account: order.account.to_string(),
            product: order.product.to_string(),
            key_type: order.key_type.to_string(),
            term: stored_term(order),
            activation_limit: i64::from(order.terms.activation_limit),
            entitlements: stored_entitlements(&order.terms.entitlements),
            price: order.price.minor(),
            price_currency: order.price.currency().as_str().to_owned(),
            fee,
            fee_currency,
            buyer: order.buyer.as_ref().map(ToString::to_string),
            session: order.session.as_ref().map(ToString::to_string),
            status: order.status.as_str().to_owned(),
            customer: order.customer.as_ref().map(ToString::to_string),
            total,
            total_currency,
            payment: order.payment.as_ref().map(ToString::to_string),
            created_at: order.created_at.as_micros(),
            fulfilled_at: stored_time(order.fulfilled_at),
            version: stored_version(order.version),
            email: order.email.as_ref().map(ToString::to_string),
            basket: StoredBasket::of(order).map(|basket| basket.to_json()),
            metadata: (order.basket.metadata != Metadata::default())
                .then(|| order.basket.metadata.to_json()),
            recurrence: order.recurrence.as_ref().map(stored_json),
            claim: order.claim.as_ref().map(stored_json),
        }
    }
}

impl TryFrom<OrderRow> for Order {
    type Error = StoreError;

    fn try_from(row: OrderRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("orders", &key);
        // A node of the version before writes only the buyer.
        let email = row.email.as_deref().or(row.buyer.as_deref());
        let email = email.and_then(Email::kept);
        let claim = row.claim.as_deref();
        let mut order = Self {
            id: place.read("id", OrderId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            account: place.read("account", StripeAccountId::parse(&row.account))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            key_type: place.read("key_type", KeyTypeId::parse(&row.key_type))?,
            terms: terms(&place, &row.term, row.activation_limit, &row.entitlements)?,
            recurrence: place.json_some("recurrence", row.recurrence.as_deref())?,
            price: place.money("price", row.price, &row.price_currency)?,
            basket: basket(&place, row.metadata.as_deref())?,
            fee: place.money_some("fee", row.fee, row.fee_currency.as_deref())?,
            buyer: place.read_some("buyer", row.buyer.as_deref(), Email::parse)?,
            session: place.read_some("session", row.session.as_deref(), SessionId::parse)?,
            status: place.read("status", OrderStatus::parse(&row.status))?,
            customer: place.read_some("customer", row.customer.as_deref(), CustomerId::parse)?,
            total: place.money_some("total", row.total, row.total_currency.as_deref())?,
            payment: place.read_some("payment", row.payment.as_deref(), PaymentIntentId::parse)?,
            created_at: Timestamp::from_micros(row.created_at),
            fulfilled_at: row.fulfilled_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
            claim: claim.map(|it| place.json("claim", it)).transpose()?,
            email,
        };
        if let Some(text) = &row.basket {
            let restored = StoredBasket::parse(text).and_then(|it| it.restore(&mut order));
            place.read("basket", restored)?;
        }
        Ok(order)
    }
}

stored!(OrderRow: orders { key id, fixed tenant, set mode, fixed account, set product, set key_type, set term, set activation_limit, set entitlements, fixed price, fixed price_currency, set fee, set fee_currency, set buyer, set session, set status, set customer, set total, set total_currency, set payment, fixed created_at, set fulfilled_at, set version, set email, set basket, set metadata, set recurrence, set claim });

/// What the column of the term says for an order that a node without baskets must not mint from.
const PAST: Term = Term::Until(Timestamp::EPOCH);

fn stored_term(order: &Order) -> String {
    let term = if hides_term(order) {
        PAST
    } else {
        order.terms.term
    };
    term.to_string()
}

/// A basket that has nothing but its metadata.
fn basket(place: &Place<'_>, metadata: Option<&str>) -> Result<Basket, StoreError> {
    let Some(text) = metadata else {
        return Ok(Basket::default());
    };
    let metadata = Metadata::parse(place.json("metadata", text)?);
    Ok(Basket {
        metadata: place.read("metadata", metadata)?,
        ..Basket::default()
    })
}

/// How a guard finds an order.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("orders", |row| match row {
    Row::Order(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<OrderRow, _>(&changes.orders);
}

/// Get an order of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId, id: &OrderId) -> Result<Option<Order>, Error> {
    let row = orders::table
        .find(id.as_str())
        .filter(orders::tenant.eq(tenant.as_str()))
        .select(OrderRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get the order of a Stripe session.
pub fn get_by_session(
    conn: &mut Conn,
    account: &StripeAccountId,
    session: &SessionId,
) -> Result<Option<Order>, Error> {
    let row = orders::table
        .filter(orders::session.eq(session.as_str()))
        .filter(orders::account.eq(account.as_str()))
        .select(OrderRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get the order of a session on any account; `None` if several accounts have the session.
pub fn get_of_checkout(conn: &mut Conn, session: &SessionId) -> Result<Option<Order>, Error> {
    let rows: Vec<OrderRow> = orders::table
        .filter(orders::session.eq(session.as_str()))
        .limit(2)
        .select(OrderRow::as_select())
        .load(conn)?;
    let only = <[OrderRow; 1]>::try_from(rows).ok();
    one(only.map(|[row]| row))
}

/// List the orders of a tenant that pass a filter, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &OrderFilter,
    page: &PageRequest,
) -> Result<Page<Order>, Error> {
    let mut query = orders::table
        .filter(orders::tenant.eq(tenant.as_str()))
        .select(OrderRow::as_select())
        .order((orders::created_at.desc(), orders::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(orders::created_at, orders::id, after));
    }
    if let Some(session) = &filter.session {
        query = query.filter(orders::session.eq(session.as_str()));
    }
    if let Some(email) = &filter.email {
        query = query.filter(orders::email.eq(email.as_str()));
    }
    if let Some(account) = &filter.account {
        // Few orders of a tenant are on another account: the index of the other conditions is used.
        query = query.filter(orders::account.concat("").eq(account.as_str()));
    }
    let of_one = filter.session.is_some() || filter.email.is_some();
    match filter.status {
        // The orders of a buyer are few, those in a status are many: the index of the buyer is used.
        Some(status) if of_one => {
            query = query.filter(orders::status.concat("").eq(status.as_str()));
        }
        Some(status) => query = query.filter(orders::status.eq(status.as_str())),
        None => {}
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &Order| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}

/// List orders that were opened before a time and have no session yet, oldest first.
pub fn list_stuck(conn: &mut Conn, before: Timestamp, n: usize) -> Result<Vec<Order>, Error> {
    let rows = orders::table
        // As the partial index says it.
        .filter(sql::<Bool>("status = 'opening'"))
        .filter(orders::created_at.lt(before.as_micros()))
        .order((orders::created_at, orders::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(OrderRow::as_select())
        .load(conn)?;
    all(rows)
}
