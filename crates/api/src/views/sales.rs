//! Views of checkouts, orders and customers.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, OrderId, PaymentLinkId, SessionId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::basket::OrderLine;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::ledger::entry::SoldBy;
use mintage_domain::model::sales::order::Order;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of orders.
pub(crate) type OrderPage<'a> = PageView<OrderView<'a>>;
/// A page of customers.
pub(crate) type CustomerPage<'a> = PageView<CustomerView<'a>>;

/// A checkout session that is open.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckoutSession {
    /// The payment page for the buyer.
    pub(crate) url: String,
}

/// An order: a checkout from its start until a license is issued for the payment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Order)]
pub struct OrderView<'a> {
    #[schema(value_type = schema::OrderId)]
    id: &'a OrderId,
    #[schema(value_type = schema::OrderStatus)]
    status: &'static str,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    /// The product of the first line; null while nothing says what was sold.
    #[schema(required, value_type = Option<schema::ProductId>)]
    product_id: Option<&'a ProductId>,
    /// The key type of the first line; null while nothing says what was sold.
    #[schema(required, value_type = Option<schema::KeyTypeId>)]
    key_type_id: Option<&'a KeyTypeId>,
    /// What is sold; empty while nothing says what was sold.
    lines: Vec<OrderLineView>,
    /// The metadata that the order carries to its licenses.
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    /// The payment link that the buyer used, if the seller made the session.
    #[schema(required, value_type = Option<schema::PaymentLinkId>)]
    payment_link: Option<&'a PaymentLinkId>,
    /// Set after the payment.
    #[schema(required, value_type = Option<schema::CustomerId>)]
    customer_id: Option<&'a CustomerId>,
    /// The address of the buyer: as Stripe reports it, else as the seller's backend sent it.
    #[schema(required, value_type = Option<String>)]
    customer_email: Option<&'a Email>,
    /// Whether a mail can be sent to the address.
    mailable: bool,
    /// The price of all lines.
    price_in_cents: i64,
    /// The fee of the platform: after the payment, at most what was paid.
    #[schema(required)]
    fee_in_cents: Option<i64>,
    /// The amount that the buyer paid, with taxes and discounts.
    #[schema(required)]
    total_in_cents: Option<i64>,
    /// The currency of the price and the fee.
    #[schema(value_type = schema::Currency)]
    currency: &'static str,
    /// The currency of the total: the one that was charged.
    #[schema(required, value_type = Option<schema::Currency>)]
    total_currency: Option<&'static str>,
    /// The promotion code that the buyer entered, once the order is paid.
    #[schema(required)]
    promotion_code: Option<SoldByView<'a>>,
    /// The id of the Stripe Checkout session.
    #[schema(required, value_type = Option<String>)]
    session_id: Option<&'a SessionId>,
    #[schema(value_type = schema::Time)]
    created_at: String,
    #[schema(required, value_type = Option<schema::Time>)]
    fulfilled_at: Option<String>,
}

impl<'a> OrderView<'a> {
    /// The view of an order, which was sold by a promotion code or not.
    pub fn of(order: &'a Order, code: Option<&'a SoldBy>) -> Self {
        Self {
            id: &order.id,
            status: order.status.as_str(),
            mode: order.mode,
            product_id: order.sold().map(|(product, _)| product),
            key_type_id: order.sold().map(|(_, key_type)| key_type),
            lines: match order.sold() {
                Some(_) => order.lines().iter().map(OrderLineView::of).collect(),
                None => Vec::new(),
            },
            metadata: order.basket.metadata.as_map(),
            payment_link: order
                .claim
                .as_ref()
                .and_then(|claim| claim.payment_link.as_ref()),
            customer_id: order.customer.as_ref(),
            customer_email: order.email.as_ref(),
            mailable: order.email.as_ref().is_some_and(Email::is_mailable),
            price_in_cents: order.price.minor(),
            fee_in_cents: order.fee.map(Money::minor),
            total_in_cents: order.total.map(Money::minor),
            currency: order.price.currency().as_str(),
            total_currency: order.total.map(|total| total.currency().as_str()),
            promotion_code: code.map(SoldByView::of),
            session_id: order.session.as_ref(),
            created_at: order.created_at.to_rfc3339(),
            fulfilled_at: order.fulfilled_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// The promotion code of an order.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderPromotionCode)]
pub struct SoldByView<'a> {
    /// The code as it was created; Stripe's id of a code that was created elsewhere.
    code: &'a str,
    /// The campaign or partner of the code.
    #[schema(required)]
    campaign: Option<&'a str>,
}

impl<'a> SoldByView<'a> {
    fn of(code: &'a SoldBy) -> Self {
        Self {
            code: code.code.as_str(),
            campaign: code.campaign.as_ref().map(Text::as_str),
        }
    }
}

/// A line of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderLine)]
pub struct OrderLineView {
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    #[schema(value_type = schema::KeyTypeId)]
    key_type_id: String,
    #[schema(value_type = schema::Quantity)]
    quantity: u32,
    #[schema(value_type = schema::QuantityAs)]
    quantity_as: &'static str,
    /// The price of one of them, in the currency of the order.
    price_in_cents: i64,
}

impl OrderLineView {
    fn of(line: &OrderLine) -> Self {
        Self {
            product_id: line.product.to_string(),
            key_type_id: line.key_type.to_string(),
            quantity: line.quantity.get(),
            quantity_as: line.quantity_as.as_str(),
            price_in_cents: line.price.minor(),
        }
    }
}

/// A buyer. The e-mail address identifies a customer within a tenant and mode.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Customer)]
pub struct CustomerView<'a> {
    #[schema(value_type = schema::CustomerId)]
    id: &'a CustomerId,
    /// The address, which is kept as Stripe reports it if it is odd.
    #[schema(value_type = String)]
    email: &'a Email,
    /// Whether a mail can be sent to the address.
    mailable: bool,
    #[schema(required)]
    name: Option<&'a str>,
    /// The seller's own id of the customer.
    #[schema(required)]
    external_id: Option<&'a str>,
    #[schema(value_type = Object)]
    metadata: &'a Map<String, Value>,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl<'a> CustomerView<'a> {
    /// The view of a customer.
    pub fn of(customer: &'a Customer) -> Self {
        Self {
            id: &customer.id,
            email: &customer.email,
            mailable: customer.email.is_mailable(),
            name: customer.name.as_deref(),
            external_id: customer.external_id.as_deref(),
            metadata: &customer.metadata,
            mode: customer.mode,
            created_at: customer.created_at.to_rfc3339(),
        }
    }
}
