use super::{Found, Listed, StoreError};
use crate::activation::{Activation, Fingerprint};
use crate::customer::Customer;
use crate::email::{Email, EmailStart};
use crate::id::{
    ActivationId, CustomerId, LicenseId, OrderId, SessionId, StripeAccountId, StripeEventId,
};
use crate::license::License;
use crate::license::state::State;
use crate::mode::Mode;
use crate::order::Order;
use crate::page::PageRequest;
use crate::payment::{Payment, PaymentKey};
use crate::slug::{ProductId, TenantId};
use crate::stripe_event::HeardEvent;
use crate::time::Timestamp;

/// Reads what was heard from Stripe.
pub trait HeardEvents {
    /// One event, as heard on the endpoint of a mode.
    fn heard_event(&self, endpoint: Mode, id: &StripeEventId) -> Found<HeardEvent>;
    /// Up to `n` parked events that are due again at `now`, oldest first.
    fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<HeardEvent>, StoreError>;
    /// The parked events about a tenant's accounts, newest first.
    fn parked(&self, tenant: &TenantId, page: &PageRequest) -> Listed<HeardEvent>;
}

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

/// A license with what is usually told beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRecord {
    /// The license.
    pub license: License,
    /// Its customer's address.
    pub email: Email,
    /// The Stripe session it came of.
    pub session: Option<SessionId>,
}

/// Which licenses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenseFilter {
    /// Of one product.
    pub product: Option<ProductId>,
    /// Of one mode.
    pub mode: Option<Mode>,
    /// In one state at the time given.
    pub state: Option<(State, Timestamp)>,
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// Of one customer's address.
    pub email: Option<Email>,
    /// With each of these in its metadata: key and text, as
    /// [`crate::metadata::Metadata::searched`] gives them.
    pub metadata: Vec<(String, String)>,
}

/// Reads licenses.
pub trait Licenses {
    /// One license.
    fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
    /// A tenant's licenses, newest first.
    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        page: &PageRequest,
    ) -> Listed<LicenseRecord>;
    /// All licenses that an order minted, in the order of its units.
    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError>;
}

/// Reads the devices of licenses.
pub trait Activations {
    /// A license's device with this fingerprint, active or released.
    fn activation(&self, license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
    /// A license's device with this id, active or released.
    fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation>;
    /// The devices of a tenant's license, those first seen last first.
    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        page: &PageRequest,
    ) -> Listed<Activation>;
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
    pub external_id: Option<String>,
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
