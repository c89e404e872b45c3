use crate::base::email::{Email, EmailStart};
use crate::base::id::{CustomerId, OrderId, SessionId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::sales::customer::{Customer, ExternalId};
use crate::model::sales::order::Order;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads orders.
pub trait Orders {
    /// One order.
    fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order>;
    /// The order whose session this is, opened on this account.
    fn order_of_session(&self, account: &StripeAccountId, session: &SessionId) -> Found<Order>;
    /// A tenant's orders, newest first.
    fn orders(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Order>;
    /// Up to `n` orders still opening that were made before `before`: a crash left them.
    fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError>;
}

/// Reads payments.
pub trait Payments {
    /// One payment.
    fn payment(&self, key: &PaymentKey) -> Found<Payment>;
}

/// Which customers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerFilter {
    /// In one mode.
    pub mode: Option<Mode>,
    /// With this address.
    pub email: Option<Email>,
    /// With an address that begins like this.
    pub email_start: Option<EmailStart>,
    /// With this id of the seller's own.
    pub external_id: Option<ExternalId>,
}

/// Reads customers.
pub trait Customers {
    /// One customer.
    fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
    /// A tenant's customers, newest first.
    ///
    /// A store MUST take the beginning of an address as it stands, without wildcards
    /// (`customers_are_found_by_the_beginning_of_their_address`).
    fn customers(
        &self,
        tenant: &TenantId,
        filter: &CustomerFilter,
        page: &PageRequest,
    ) -> Listed<Customer>;
}
