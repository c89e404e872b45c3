//! The identity of every row that a guard can name.

use crate::base::id::{ApiKeyId, DeliveryId, LicenseId, MailId, OrderId, StripeEventId, TokenId};
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::access::api_key::ApiKey;
use crate::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use crate::model::access::nonce::Nonce;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::{Activation, Fingerprint};
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::outbox::delivery::Delivery;
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::sales::order::Order;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::Tenant;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::connection::Connection;
use crate::model::stripe::oauth_round::OAuthRound;
use crate::model::stripe::processed_event::ProcessedEvent;

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

macro_rules! guarded {
    ($($type:ty: $self:ident => $row:expr;)*) => {$(
        impl Guarded for $type {
            fn row(&$self) -> Row {
                $row
            }
        }
    )*};
}

guarded! {
    Tenant: self => Row::Tenant(self.id.clone());
    ManagementToken: self => Row::Token(self.id.clone());
    Product: self => Row::Product(self.tenant.clone(), self.id.clone());
    KeyType: self => Row::KeyType(self.tenant.clone(), self.product.clone(), self.id.clone());
    Connection: self => Row::Connection(self.tenant.clone());
    AccountLink: self => Row::Account(self.account.clone());
    OAuthRound: self => Row::OAuthRound(self.state);
    ProcessedEvent: self => Row::Event(self.endpoint, self.id.clone());
    Order: self => Row::Order(self.id.clone());
    Payment: self => Row::Payment(self.key.clone());
    License: self => Row::License(self.id.clone());
    Activation: self => Row::Activation(self.license.clone(), self.fingerprint.clone());
    ApiKey: self => Row::ApiKey(self.id.clone());
    WebhookEndpoint: self => Row::WebhookEndpoint(self.tenant.clone());
    Delivery: self => Row::Delivery(self.id.clone());
    QueuedMail: self => Row::Mail(self.id.clone());
    Nonce: self => Row::Nonce(self.key.clone(), self.signature);
    IdempotencyRecord: self => Row::Call(self.call.clone());
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
