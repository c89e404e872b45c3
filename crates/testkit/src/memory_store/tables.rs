//! The rows of a memory store.

use std::collections::{BTreeMap, HashMap};

use mintage_domain::base::id::{
    ApiKeyId, AuditId, CustomerId, DeliveryId, LicenseId, MailId, OrderId, ProbeCouponId,
    PromotionCodeId, StripeAccountId, StripeEventId, TokenId, WebhookEndpointId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::counter::Counter;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::access::rate_windows::RateWindows;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::outbox::delivery::{Attempt, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};
use mintage_domain::model::sales::ledger::books::{Books, BooksId};
use mintage_domain::model::sales::ledger::entry::{LedgerEntry, LedgerEntryId};
use mintage_domain::model::sales::ledger::promotion_code::PromotionCode;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::account_state::AccountState;
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::model::stripe::processed_event::ProcessedEvent;
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_domain::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};

/// A map for each aggregate, and an index for each row that is unique by more than its id.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) tenants: BTreeMap<TenantId, Tenant>,
    pub(super) tokens: BTreeMap<TokenId, ManagementToken>,
    pub(super) products: BTreeMap<(TenantId, ProductId), Product>,
    pub(super) key_types: BTreeMap<(TenantId, ProductId, KeyTypeId), KeyType>,
    pub(super) prices: BTreeMap<(TenantId, StripeAccountId, ProductId, KeyTypeId), PriceLink>,
    pub(super) connections: BTreeMap<TenantId, Connection>,
    pub(super) accounts: BTreeMap<AccountRef, AccountLink>,
    pub(super) restricted_keys: BTreeMap<(TenantId, Mode), RestrictedKey>,
    pub(super) probe_coupons: BTreeMap<ProbeCouponId, ProbeCoupon>,
    pub(super) account_states: BTreeMap<AccountRef, AccountState>,
    /// When an event of each account was last received.
    pub(super) accounts_last_seen: BTreeMap<AccountRef, Timestamp>,
    pub(super) oauth_rounds: BTreeMap<SecretHash, OAuthRound>,
    pub(super) manual_endpoints: BTreeMap<(TenantId, Mode), ManualEndpoint>,
    pub(super) sale_mappings: BTreeMap<(TenantId, Mode), SaleMappings>,
    pub(super) product_keys: BTreeMap<(TenantId, ProductId), ProductKey>,
    pub(super) events: BTreeMap<(EventEndpoint, StripeEventId), ProcessedEvent>,
    pub(super) customers: BTreeMap<CustomerId, Customer>,
    pub(super) customers_by_identity: BTreeMap<CustomerIdentity, CustomerId>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) payments: BTreeMap<PaymentKey, Payment>,
    pub(super) ledger_entries: BTreeMap<LedgerEntryId, LedgerEntry>,
    pub(super) books: BTreeMap<BooksId, Books>,
    pub(super) promotion_codes: BTreeMap<PromotionCodeId, PromotionCode>,
    pub(super) subscriptions: BTreeMap<SubscriptionKey, Subscription>,
    pub(super) licenses: BTreeMap<LicenseId, License>,
    pub(super) licenses_by_unit: BTreeMap<OrderUnit, LicenseId>,
    pub(super) licenses_by_key: BTreeMap<(TenantId, Mode, KeyHash), LicenseId>,
    pub(super) activations: BTreeMap<(LicenseId, Fingerprint), Activation>,
    pub(super) api_keys: BTreeMap<ApiKeyId, ApiKey>,
    /// When each API key was last used.
    pub(super) api_keys_last_seen: BTreeMap<ApiKeyId, Timestamp>,
    pub(super) endpoints: BTreeMap<(TenantId, WebhookEndpointId), WebhookEndpoint>,
    pub(super) deliveries: BTreeMap<DeliveryId, Delivery>,
    /// When a delivery of each lane was last claimed.
    pub(super) served: BTreeMap<String, Timestamp>,
    pub(super) attempts: BTreeMap<(DeliveryId, u32), Attempt>,
    pub(super) mails: BTreeMap<MailId, QueuedMail>,
    /// When a mail of each lane was last claimed.
    pub(super) mails_served: BTreeMap<String, Timestamp>,
    pub(super) audit: BTreeMap<AuditId, AuditEntry>,
    pub(super) counters: HashMap<Counter, i64>,
    /// The time until which each used nonce is kept.
    pub(super) nonces: BTreeMap<(ApiKeyId, [u8; 32]), Timestamp>,
    pub(super) idempotency_keys: BTreeMap<IdempotencyId, IdempotencyRecord>,
    pub(super) rates: RateWindows,
    pub(super) canaries: BTreeMap<String, Sealed>,
}
