//! A mock of every port of a store, for tests that check which reads and commits a use case makes, or
//! how it takes a failure. For a store that behaves like one, there is `mintage_testkit::MemoryStore`.

#![expect(
    clippy::ref_option_ref,
    reason = "mockall compares arguments by such references"
)]

use std::collections::HashMap;

use crate::base::id::{
    ActivationId, ApiKeyId, CustomerId, DeliveryId, LicenseId, MailId, OrderId, ProbeCouponId,
    PromotionCodeId, SessionId, StripeAccountId, StripeEventId, TokenId, WebhookEndpointId,
};
use crate::base::mode::Mode;
use crate::base::page::{Cursor, PageRequest};
use crate::base::seal::{KeyId, Sealed};
use crate::base::secret::SecretHash;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::model::access::api_key::ApiKey;
use crate::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::{Activation, Fingerprint};
use crate::model::outbox::delivery::{Attempt, Claim, Delivery};
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::retention::Prunable;
use crate::model::sales::customer::Customer;
use crate::model::sales::ledger::books::{Books, BooksId, Sums};
use crate::model::sales::ledger::entry::LedgerEntry;
use crate::model::sales::ledger::promotion_code::PromotionCode;
use crate::model::sales::mapping::SaleMappings;
use crate::model::sales::order::Order;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sales::subscription::{Subscription, SubscriptionKey};
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::Tenant;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::account_state::AccountState;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::manual_endpoint::ManualEndpoint;
use crate::model::stripe::oauth_round::OAuthRound;
use crate::model::stripe::processed_event::ProcessedEvent;
use crate::model::stripe::product_key::ProductKey;
use crate::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};
use crate::ports::store_error::{Found, Listed, StoreError};
use crate::ports::{
    Activations, ApiKeys, AttributedEntry, AuditFilter, AuditRecord, Audits, Catalog, ClaimLimits,
    Claimed, Commit, CommitDone, Configuration, Connections, CustomerFilter, Customers, Deliveries,
    Erasure, Erasures, ExpiringLicense, Housekeeping, IdempotencyKeys, KeyQuery, KnownLicense,
    LastSeen, Ledgers, LicenseFilter, LicenseRecord, Licenses, Mails, MasterKeys, OAuthRounds,
    OrderFilter, Orders, Payments, ProcessedEvents, PromotionCodeFilter, PromotionCodes,
    RateLimiter, RestrictedKeys, SalesGroup, SalesRange, SalesTotals, SealedKind, SealedValue,
    SeenTarget, SellerStripe, Subscriptions, TakeDone, TakeQuery, TenantErasure, Tenants, Tokens,
    ValidateDone, ValidateQuery, Validations, WebhookEndpoints,
};

mockall::mock! {
    /// A [`Store`](crate::ports::Store) that answers only what a test expects: each method has an
    /// `expect_...` of its name. `commit`, `validate` and `take` are those of the ports, which call
    /// `submit`, `submit_validate` and `submit_take`.
    pub Store {}

    impl ApiKeys for Store {
        fn api_key(&self, id: &ApiKeyId) -> Found<ApiKey>;
        fn api_keys<'a>(
            &self,
            tenant: &TenantId,
            product: Option<&'a ProductId>,
            page: &PageRequest,
        ) -> Listed<ApiKey>;
    }

    impl IdempotencyKeys for Store {
        fn idempotency_record(&self, id: &IdempotencyId) -> Found<IdempotencyRecord>;
    }

    impl RateLimiter for Store {
        fn submit_take(&self, query: TakeQuery, done: TakeDone);
    }

    impl Catalog for Store {
        fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product>;
        fn products(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
        fn key_type(
            &self,
            tenant: &TenantId,
            product: &ProductId,
            id: &KeyTypeId,
        ) -> Found<KeyType>;
        fn key_types<'a>(
            &self,
            tenant: &TenantId,
            product: Option<&'a ProductId>,
            page: &PageRequest,
        ) -> Listed<KeyType>;
        fn key_types_named(
            &self,
            tenant: &TenantId,
            id: &KeyTypeId,
        ) -> Result<Vec<KeyType>, StoreError>;
        fn price_links(
            &self,
            tenant: &TenantId,
            account: &StripeAccountId,
        ) -> Result<Vec<PriceLink>, StoreError>;
        fn price_link(
            &self,
            tenant: &TenantId,
            product: &ProductId,
            key_type: &KeyTypeId,
            account: &StripeAccountId,
        ) -> Found<PriceLink>;
    }

    impl Commit for Store {
        fn submit(&self, changes: Changes, done: CommitDone);
    }

    impl Configuration for Store {
        fn configuration_version(&self) -> Result<i64, StoreError>;
    }

    impl Housekeeping for Store {
        fn prune(&self, kind: Prunable, until: Timestamp) -> Result<usize, StoreError>;
        fn count_prunable(&self, kind: Prunable, until: Timestamp) -> Result<u64, StoreError>;
        fn ready(&self) -> Result<(), StoreError>;
    }

    impl LastSeen for Store {
        fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError>;
        fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError>;
    }

    impl Licenses for Store {
        fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
        fn licenses(
            &self,
            tenant: &TenantId,
            filter: &LicenseFilter,
            page: &PageRequest,
        ) -> Listed<LicenseRecord>;
        fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError>;
        fn ended_licenses(
            &self,
            ended: Timestamp,
            n: usize,
        ) -> Result<Vec<LicenseRecord>, StoreError>;
        fn lapsed_licenses(
            &self,
            begun: Timestamp,
            n: usize,
        ) -> Result<Vec<LicenseRecord>, StoreError>;
        fn expiring_licenses(
            &self,
            now: Timestamp,
            n: usize,
        ) -> Result<Vec<ExpiringLicense>, StoreError>;
    }

    impl Activations for Store {
        fn activation(&self, license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
        fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation>;
        fn activations(
            &self,
            tenant: &TenantId,
            license: &LicenseId,
            page: &PageRequest,
        ) -> Listed<Activation>;
    }

    impl MasterKeys for Store {
        fn canaries(&self) -> Result<Vec<Sealed>, StoreError>;
        fn add_canary(&self, canary: &Sealed) -> Result<(), StoreError>;
        fn remove_canary(&self, key: &KeyId) -> Result<(), StoreError>;
        fn sealed_values<'a>(
            &self,
            kind: SealedKind,
            after: Option<&'a str>,
            n: usize,
        ) -> Result<Vec<SealedValue>, StoreError>;
        fn reseal(
            &self,
            kind: SealedKind,
            values: &[(SealedValue, Sealed)],
        ) -> Result<(), StoreError>;
    }

    impl WebhookEndpoints for Store {
        fn webhook_endpoint(
            &self,
            tenant: &TenantId,
            id: &WebhookEndpointId,
        ) -> Found<WebhookEndpoint>;
        fn webhook_endpoints(&self, tenant: &TenantId) -> Result<Vec<WebhookEndpoint>, StoreError>;
    }

    impl Deliveries for Store {
        fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
        fn deliveries<'a>(
            &self,
            tenant: &TenantId,
            endpoint: Option<&'a WebhookEndpointId>,
            page: &PageRequest,
        ) -> Listed<(Delivery, Option<Attempt>)>;
        fn waiting_deliveries<'a>(
            &self,
            tenant: Option<&'a TenantId>,
            n: usize,
        ) -> Result<Vec<Delivery>, StoreError>;
        fn claim(&self, limits: &ClaimLimits) -> Result<Claimed<Claim>, StoreError>;
    }

    impl Mails for Store {
        fn mailing(&self, tenant: &TenantId, id: &MailId) -> Found<QueuedMail>;
        fn mails(
            &self,
            tenant: &TenantId,
            license: &LicenseId,
            page: &PageRequest,
        ) -> Listed<QueuedMail>;
        fn claim_mails(&self, limits: &ClaimLimits) -> Result<Claimed<QueuedMail>, StoreError>;
        fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError>;
    }

    impl Orders for Store {
        fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order>;
        fn order_of_session(&self, account: &StripeAccountId, session: &SessionId) -> Found<Order>;
        fn order_of_checkout(&self, session: &SessionId) -> Found<Order>;
        fn orders(
            &self,
            tenant: &TenantId,
            filter: &OrderFilter,
            page: &PageRequest,
        ) -> Listed<Order>;
        fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError>;
    }

    impl Payments for Store {
        fn payment(&self, key: &PaymentKey) -> Found<Payment>;
    }

    impl Customers for Store {
        fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
        fn customers(
            &self,
            tenant: &TenantId,
            filter: &CustomerFilter,
            page: &PageRequest,
        ) -> Listed<Customer>;
    }

    impl Erasures for Store {
        fn erase_customer(&self, erasure: &Erasure) -> Result<bool, StoreError>;
        fn erase_tenant(&self, step: &TenantErasure) -> Result<Option<Cursor>, StoreError>;
    }

    impl Tenants for Store {
        fn tenant(&self, id: &TenantId) -> Found<Tenant>;
        fn tenants(&self, page: &PageRequest) -> Listed<Tenant>;
    }

    impl Tokens for Store {
        fn token(&self, hash: &SecretHash) -> Found<ManagementToken>;
        fn token_by_id(&self, tenant: &TenantId, id: &TokenId) -> Found<ManagementToken>;
        fn tokens(&self, tenant: &TenantId, page: &PageRequest) -> Listed<ManagementToken>;
    }

    impl Audits for Store {
        fn audit(
            &self,
            tenant: &TenantId,
            filter: &AuditFilter,
            page: &PageRequest,
        ) -> Listed<AuditRecord>;
    }

    impl Connections for Store {
        fn connection(&self, tenant: &TenantId) -> Found<Connection>;
        fn account_link(&self, account: &AccountRef) -> Found<AccountLink>;
        fn account_state(&self, account: &AccountRef) -> Found<AccountState>;
        fn last_event_at(&self, account: &AccountRef) -> Found<Timestamp>;
        fn connected<'a>(
            &self,
            after: Option<&'a TenantId>,
            n: usize,
        ) -> Result<Vec<Connection>, StoreError>;
        fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError>;
    }

    impl SellerStripe for Store {
        fn manual_endpoint(&self, tenant: &TenantId, mode: Mode) -> Found<ManualEndpoint>;
        fn sale_mappings(&self, tenant: &TenantId, mode: Mode) -> Found<SaleMappings>;
        fn product_key(&self, tenant: &TenantId, product: &ProductId) -> Found<ProductKey>;
    }

    impl Subscriptions for Store {
        fn subscription(&self, key: &SubscriptionKey) -> Found<Subscription>;
    }

    impl Ledgers for Store {
        fn books(&self, id: &BooksId) -> Found<Books>;
        fn books_due(&self, now: Timestamp, n: usize) -> Result<Vec<BooksId>, StoreError>;
        fn books_of(&self, tenant: &TenantId, mode: Mode) -> Result<Vec<Books>, StoreError>;
        fn ledger_entries(
            &self,
            id: &BooksId,
            ids: &[StripeObjectId],
        ) -> Result<Vec<LedgerEntry>, StoreError>;
        fn reported_sums(&self, id: &BooksId, until: Timestamp) -> Result<Sums, StoreError>;
        fn sales_sums(
            &self,
            range: &SalesRange,
            group: SalesGroup,
            n: usize,
        ) -> Result<SalesTotals, StoreError>;
        fn ledger_range<'a>(
            &self,
            range: &SalesRange,
            after: Option<&'a Cursor>,
            n: usize,
        ) -> Result<Vec<AttributedEntry>, StoreError>;
    }

    impl PromotionCodes for Store {
        fn promotion_code(&self, tenant: &TenantId, id: &PromotionCodeId) -> Found<PromotionCode>;
        fn promotion_code_at_stripe(
            &self,
            account: &AccountRef,
            id: &StripeObjectId,
        ) -> Found<PromotionCode>;
        fn promotion_codes(
            &self,
            tenant: &TenantId,
            filter: &PromotionCodeFilter,
            page: &PageRequest,
        ) -> Listed<PromotionCode>;
        fn unfinished_promotion_codes(
            &self,
            before: Timestamp,
            n: usize,
        ) -> Result<Vec<PromotionCode>, StoreError>;
    }

    impl OAuthRounds for Store {
        fn oauth_round(&self, state: &SecretHash) -> Found<OAuthRound>;
    }

    impl ProcessedEvents for Store {
        fn processed_event(&self, endpoint: &EventEndpoint, id: &StripeEventId) -> Found<ProcessedEvent>;
        fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProcessedEvent>, StoreError>;
        fn parked(&self, tenant: &TenantId, page: &PageRequest) -> Listed<ProcessedEvent>;
    }

    impl RestrictedKeys for Store {
        fn restricted_key(&self, tenant: &TenantId, mode: Mode) -> Found<RestrictedKey>;
        fn restricted_keys_due(
            &self,
            now: Timestamp,
            n: usize,
        ) -> Result<Vec<RestrictedKey>, StoreError>;
        fn unhealthy_keys(&self, n: usize) -> Result<Vec<RestrictedKey>, StoreError>;
        fn connected_keys<'a>(
            &self,
            after: Option<(&'a TenantId, Mode)>,
            n: usize,
        ) -> Result<Vec<RestrictedKey>, StoreError>;
        fn probe_coupon(&self, id: &ProbeCouponId) -> Found<ProbeCoupon>;
        fn probe_coupons_due(
            &self,
            now: Timestamp,
            n: usize,
        ) -> Result<Vec<ProbeCoupon>, StoreError>;
        fn orphan_coupons<'a>(
            &self,
            of: Option<(&'a TenantId, Mode)>,
            n: usize,
        ) -> Result<Vec<ProbeCoupon>, StoreError>;
    }

    impl Validations for Store {
        fn license_of_key(&self, key: &KeyQuery) -> Found<KnownLicense>;
        fn submit_validate(&self, query: ValidateQuery, done: ValidateDone);
    }
}
