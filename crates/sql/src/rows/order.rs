//! Orders and payments.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, OrderId, PaymentIntentId, SessionId, StripeAccountId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_money, stored_time, stored_version};
use crate::rows::catalog::{stored_entitlements, terms};
use crate::schema::{orders, payments};

/// A row of `orders`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
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
            term: order.terms.term.to_string(),
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
        }
    }
}

impl TryFrom<OrderRow> for Order {
    type Error = StoreError;

    fn try_from(row: OrderRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("orders", &key);
        Ok(Self {
            id: place.read("id", OrderId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            account: place.read("account", StripeAccountId::parse(&row.account))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            key_type: place.read("key_type", KeyTypeId::parse(&row.key_type))?,
            terms: terms(&place, &row.term, row.activation_limit, &row.entitlements)?,
            price: place.money("price", row.price, &row.price_currency)?,
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
        })
    }
}

/// A row of `payments`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
pub struct PaymentRow {
    intent: String,
    account: String,
    order_id: Option<String>,
    refunded: i64,
    fully_refunded: bool,
    created_at: i64,
    version: i64,
}

impl From<&Payment> for PaymentRow {
    fn from(payment: &Payment) -> Self {
        Self {
            intent: payment.key.intent.to_string(),
            account: payment.key.account.to_string(),
            order_id: payment.order.as_ref().map(ToString::to_string),
            refunded: payment.refunded,
            fully_refunded: payment.fully_refunded,
            created_at: payment.created_at.as_micros(),
            version: stored_version(payment.version),
        }
    }
}

impl TryFrom<PaymentRow> for Payment {
    type Error = StoreError;

    fn try_from(row: PaymentRow) -> Result<Self, StoreError> {
        let key = [row.intent.as_str(), row.account.as_str()];
        let place = Place::of("payments", &key);
        Ok(Self {
            key: PaymentKey {
                account: place.read("account", StripeAccountId::parse(&row.account))?,
                intent: place.read("intent", PaymentIntentId::parse(&row.intent))?,
            },
            order: place.read_some("order_id", row.order_id.as_deref(), OrderId::parse)?,
            refunded: row.refunded,
            fully_refunded: row.fully_refunded,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}
