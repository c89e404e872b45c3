//! Reads of orders, payments and customers.

use crate::base::email::{Email, EmailStart};
use crate::base::id::{CustomerId, OrderId, SessionId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::page::{Cursor, PageRequest};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::sales::customer::{Customer, ExternalId};
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sales::subscription::{Subscription, SubscriptionKey};
use crate::model::sellers::audit::AuditEntry;
use crate::ports::store_error::{Found, Listed, StoreError};

/// A filter of orders. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Only orders in this status.
    pub status: Option<OrderStatus>,
    /// Only orders of the buyer with this address.
    pub email: Option<Email>,
    /// Only the order of this session.
    pub session: Option<SessionId>,
    /// Only orders on this Stripe account.
    pub account: Option<StripeAccountId>,
}

impl OrderFilter {
    /// Whether an order passes.
    pub fn passes(&self, order: &Order) -> bool {
        self.status.is_none_or(|status| order.status == status)
            && (self.email.is_none() || order.email == self.email)
            && (self.session.is_none() || order.session == self.session)
            && self.account.as_ref().is_none_or(|it| order.account == *it)
    }
}

/// Reads orders.
pub trait Orders {
    /// The order with this id.
    fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order>;
    /// The order of this session, which was opened on this account.
    fn order_of_session(&self, account: &StripeAccountId, session: &SessionId) -> Found<Order>;
    /// The order of this session, on whichever account it was opened. `None` also if the sessions of
    /// several accounts have this id, since then the id does not say whose order is meant.
    fn order_of_checkout(&self, session: &SessionId) -> Found<Order>;
    /// The orders of a tenant that pass the filter, newest first.
    fn orders(&self, tenant: &TenantId, filter: &OrderFilter, page: &PageRequest) -> Listed<Order>;
    /// Up to `n` orders that were created before `before` and are still opening, because of a crash.
    fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError>;
}

/// Reads payments.
pub trait Payments {
    /// The payment with this identity.
    fn payment(&self, key: &PaymentKey) -> Found<Payment>;
}

/// Reads subscriptions.
pub trait Subscriptions {
    /// The subscription with this identity.
    fn subscription(&self, key: &SubscriptionKey) -> Found<Subscription>;
}

/// A filter of customers. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerFilter {
    /// Only customers in this mode.
    pub mode: Option<Mode>,
    /// Only the customer with this address.
    pub email: Option<Email>,
    /// Only customers whose address begins with this text.
    pub email_start: Option<EmailStart>,
    /// Only customers with this id of the seller's own.
    pub external_id: Option<ExternalId>,
}

impl CustomerFilter {
    /// Whether a list is sorted by address: it has the beginning of an address, and no condition
    /// that few customers meet. Of any number of customers, the first by address are found at once.
    pub fn is_by_address(&self) -> bool {
        self.email_start.is_some() && self.email.is_none() && self.external_id.is_none()
    }
}

/// Reads customers.
pub trait Customers {
    /// The customer with this id.
    fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
    /// The customers of a tenant, newest first; by address and mode if
    /// [`CustomerFilter::is_by_address`].
    ///
    /// A store MUST compare the beginning of an address literally, without wildcards
    /// (`customers_are_found_by_the_beginning_of_their_address`).
    fn customers(
        &self,
        tenant: &TenantId,
        filter: &CustomerFilter,
        page: &PageRequest,
    ) -> Listed<Customer>;
}

/// The end of the personal data of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The tenant of the customer.
    pub tenant: TenantId,
    /// The customer.
    pub customer: CustomerId,
    /// The address that takes the place of the customer's own.
    pub email: Email,
    /// The entry of the audit trail.
    pub audit: AuditEntry,
}

/// The rows of a tenant, beside its customers, that hold personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantRows {
    /// The buyers of orders, paid or not.
    Orders,
    /// The recipient of mails to the seller.
    Mails,
    /// The bodies of deliveries, and the external ids of their customers.
    Deliveries,
    /// The requests of entries of the audit trail, with the addresses that they came from.
    Audit,
}

impl TenantRows {
    /// All rows.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Mails, Self::Deliveries, Self::Audit];
}

/// A step in the erasure of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantErasure {
    /// The tenant.
    pub tenant: TenantId,
    /// The address that takes the place of the seller's own.
    pub email: Email,
    /// The rows that are erased.
    pub rows: TenantRows,
    /// The end of the step before.
    pub after: Option<Cursor>,
}

/// Erases customers and tenants.
pub trait Erasures {
    /// Erases the personal data of a customer in one transaction, and writes the audit entry; returns
    /// whether the tenant has the customer. The customer keeps its id, mode and age, and loses its
    /// address, name, external id and metadata; so do its licenses their notes and metadata, their
    /// activations the hostname, the operating system and the metadata, their mails the recipient, and
    /// the orders of the customer or with its address the buyer. Everything else stays
    /// (`an_erased_customer_has_no_personal_data_left`). Versions move on, so that no change which was
    /// decided before brings the data back.
    fn erase_customer(&self, erasure: &Erasure) -> Result<bool, StoreError>;
    /// Erases the personal data of the next rows of a tenant, oldest first, in one transaction; returns
    /// where the next step goes on, or `None` after the last one. Everything else stays
    /// (`an_erased_tenant_has_no_personal_data_left`). Versions move on, as for a customer.
    fn erase_tenant(&self, step: &TenantErasure) -> Result<Option<Cursor>, StoreError>;
}
