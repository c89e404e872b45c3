//! The identity of every row that a guard can name.

use crate::base::id::{ApiKeyId, DeliveryId, LicenseId, MailId, OrderId, StripeEventId, TokenId};
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::access::idempotency::IdempotencyId;
use crate::model::licenses::activation::Fingerprint;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::sales::payment::PaymentKey;
use crate::model::stripe::account::AccountRef;

/// A row that a guard speaks of: its identity in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Whose an account is, in a mode.
    Account(AccountRef),
    /// An OAuth round, by the hash of its state.
    OAuthRound(SecretHash),
    /// A Stripe event, as heard on the endpoint of a mode.
    Event(Mode, StripeEventId),
    /// An order.
    Order(OrderId),
    /// A payment.
    Payment(PaymentKey),
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
    /// A tenant's license webhook.
    WebhookEndpoint(TenantId),
    /// A delivery.
    Delivery(DeliveryId),
    /// A license's key on its way by mail.
    Mail(MailId),
    /// A signature that an API key made, used up.
    Nonce(ApiKeyId, [u8; 32]),
    /// A call that may be sent again.
    Call(IdempotencyId),
}

/// A row with an identity.
pub trait Guarded {
    /// Its identity.
    fn row(&self) -> Row;
}

impl License {
    /// What besides its id only one license may have: the unit it was sold as, and its key.
    pub fn unique_rows(&self) -> impl Iterator<Item = Row> {
        let key = Row::LicenseKey(self.tenant.clone(), self.mode, self.key_hash);
        self.unit
            .clone()
            .map(Row::LicenseUnit)
            .into_iter()
            .chain([key])
    }
}
