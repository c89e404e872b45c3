//! The identity of every row that a guard can name.

use crate::base::id::{
    ApiKeyId, DeliveryId, LicenseId, MailId, OrderId, ProbeCouponId, PromotionCodeId,
    StripeEventId, TokenId, WebhookEndpointId,
};
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::access::idempotency::IdempotencyId;
use crate::model::licenses::activation::Fingerprint;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::sales::ledger::books::BooksId;
use crate::model::sales::ledger::entry::LedgerEntryId;
use crate::model::sales::payment::PaymentKey;
use crate::model::sales::subscription::SubscriptionKey;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event_endpoint::EventEndpoint;

/// The identity of a row that a guard names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// A tenant.
    Tenant(TenantId),
    /// A management token.
    Token(TokenId),
    /// A product of a tenant.
    Product(TenantId, ProductId),
    /// A key type of a product.
    KeyType(TenantId, ProductId, KeyTypeId),
    /// A tenant's connection.
    Connection(TenantId),
    /// The link of a Stripe account to its tenant, in a mode.
    Account(AccountRef),
    /// A tenant's restricted key in a mode.
    RestrictedKey(TenantId, Mode),
    /// The coupon of a probe.
    ProbeCoupon(ProbeCouponId),
    /// What Stripe says of an account, in a mode.
    AccountState(AccountRef),
    /// An OAuth round, by the hash of its state.
    OAuthRound(SecretHash),
    /// A tenant's manual endpoint, in a mode.
    ManualEndpoint(TenantId, Mode),
    /// The mappings of a tenant's own prices and payment links, in a mode.
    SaleMappings(TenantId, Mode),
    /// The Stripe key of a product.
    ProductKey(TenantId, ProductId),
    /// A Stripe event that was received on an endpoint.
    Event(EventEndpoint, StripeEventId),
    /// An order.
    Order(OrderId),
    /// A payment.
    Payment(PaymentKey),
    /// An entry of the sales ledger.
    LedgerEntry(LedgerEntryId),
    /// The books of an account.
    Books(BooksId),
    /// A promotion code.
    PromotionCode(PromotionCodeId),
    /// A subscription.
    Subscription(SubscriptionKey),
    /// A license.
    License(LicenseId),
    /// The one license of a unit that was sold.
    LicenseUnit(OrderUnit),
    /// The one license of a tenant with a key, in a mode.
    LicenseKey(TenantId, Mode, KeyHash),
    /// The one activation of a device on a license.
    Activation(LicenseId, Fingerprint),
    /// An API key.
    ApiKey(ApiKeyId),
    /// A webhook endpoint of a tenant.
    WebhookEndpoint(TenantId, WebhookEndpointId),
    /// A delivery.
    Delivery(DeliveryId),
    /// A queued mail.
    Mail(MailId),
    /// A used signature of an API key, by the 32 bytes that identify it.
    Nonce(ApiKeyId, [u8; 32]),
    /// A record of an idempotency key.
    Call(IdempotencyId),
}

/// A row with an identity.
pub trait Guarded {
    /// The identity of the row.
    fn row(&self) -> Row;
}

impl License {
    /// The rows that only one license may have besides its id: the unit it was sold as, and its key.
    pub fn unique_rows(&self) -> impl Iterator<Item = Row> {
        let key = Row::LicenseKey(self.tenant.clone(), self.mode, self.key_hash);
        self.unit
            .clone()
            .map(Row::LicenseUnit)
            .into_iter()
            .chain([key])
    }
}
