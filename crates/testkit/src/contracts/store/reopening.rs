//! A store that is closed and opened again before each read that follows a write.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use mintage_domain::base::id::{
    ActivationId, ApiKeyId, CustomerId, DeliveryId, LicenseId, MailId, OrderId, ProbeCouponId,
    PromotionCodeId, SessionId, StripeAccountId, StripeEventId, TokenId, WebhookEndpointId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::ledger::books::{Books, BooksId, Sums};
use mintage_domain::model::sales::ledger::entry::LedgerEntry;
use mintage_domain::model::sales::ledger::promotion_code::PromotionCode;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
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
use mintage_domain::ports::{
    Activations, ApiKeys, AttributedEntry, AuditFilter, AuditRecord, Audits, Catalog, ClaimLimits,
    Claimed, Commit, CommitDone, Configuration, Connections, CustomerFilter, Customers, Deliveries,
    Erasure, Erasures, ExpiringLicense, Housekeeping, IdempotencyKeys, KeyQuery, KnownLicense,
    LastSeen, Ledgers, LicenseFilter, LicenseRecord, Licenses, Mails, MasterKeys, OAuthRounds,
    OrderFilter, Orders, Payments, ProcessedEvents, PromotionCodeFilter, PromotionCodes,
    RateLimiter, RestrictedKeys, SalesGroup, SalesRange, SalesTotals, SealedKind, SealedValue,
    SeenTarget, SellerStripe, Store, StoreError, Subscriptions, TakeDone, TakeQuery, TenantErasure,
    Tenants, Tokens, ValidateDone, ValidateQuery, Validations, WebhookEndpoints,
};

use crate::contracts::store::reopen::Reopen;

/// A place as one store. Whatever a store keeps in memory only is lost between a write and the next read.
pub struct Reopening<'a> {
    place: &'a dyn Reopen,
    /// `None` only while the store is closed to be opened again.
    store: RwLock<Option<Box<dyn Store>>>,
    /// Whether something was written since the store was opened.
    is_written: AtomicBool,
    /// How many callbacks of commits run.
    callbacks: Arc<AtomicUsize>,
}

impl<'a> Reopening<'a> {
    /// The store of this place.
    pub fn of(place: &'a dyn Reopen) -> Self {
        Self {
            place,
            store: RwLock::new(Some(place.open())),
            is_written: AtomicBool::new(false),
            callbacks: Arc::default(),
        }
    }

    fn read<T>(&self, call: impl FnOnce(&dyn Store) -> T) -> T {
        if self.no_callback_runs() && self.is_written.swap(false, Ordering::SeqCst) {
            let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
            // Two stores are never open at once.
            *store = None;
            *store = Some(self.place.open());
        }
        self.call(call)
    }

    /// Waits a moment for the end of callbacks: closing a store waits for them too, and a callback may wait
    /// for the read that would close the store.
    fn no_callback_runs(&self) -> bool {
        (0..50).any(|_| {
            let runs = self.callbacks.load(Ordering::SeqCst) > 0;
            if runs {
                thread::sleep(Duration::from_millis(1));
            }
            !runs
        })
    }

    fn write<T>(&self, call: impl FnOnce(&dyn Store) -> T) -> T {
        let result = self.call(call);
        self.is_written.store(true, Ordering::SeqCst);
        result
    }

    /// A call that reads what was written before, and writes.
    fn update<T>(&self, call: impl FnOnce(&dyn Store) -> T) -> T {
        self.read(|_| ());
        self.write(call)
    }

    fn call<T>(&self, call: impl FnOnce(&dyn Store) -> T) -> T {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        call(&**store.as_ref().expect("the store is open"))
    }
}

/// Implements the ports. A method reads, writes, or updates what was written before. Commits only write, so
/// that commits at the same time meet in one store. A store may keep rates in memory, and may find again what
/// it has pruned.
macro_rules! ports {
    ($($port:ident { $($how:ident $method:ident($($argument:ident: $type:ty),*) -> $out:ty;)+ })+) => {$(
        impl $port for Reopening<'_> {$(
            fn $method(&self, $($argument: $type),*) -> $out {
                self.$how(|store| store.$method($($argument),*))
            }
        )+}
    )+};
}

impl Commit for Reopening<'_> {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let callbacks = Arc::clone(&self.callbacks);
        let done = move |outcome| {
            callbacks.fetch_add(1, Ordering::SeqCst);
            done(outcome);
            callbacks.fetch_sub(1, Ordering::SeqCst);
        };
        self.write(|store| store.submit(changes, Box::new(done)));
    }
}

type Found<T> = Result<Option<T>, StoreError>;
type Listed<T> = Result<Page<T>, StoreError>;
type Several<T> = Result<Vec<T>, StoreError>;

ports! {
    Tenants {
        read tenant(id: &TenantId) -> Found<Tenant>;
        read tenants(page: &PageRequest) -> Listed<Tenant>;
    }
    Tokens {
        read token(hash: &SecretHash) -> Found<ManagementToken>;
        read token_by_id(tenant: &TenantId, id: &TokenId) -> Found<ManagementToken>;
        read tokens(tenant: &TenantId, page: &PageRequest) -> Listed<ManagementToken>;
    }
    Audits {
        read audit(tenant: &TenantId, filter: &AuditFilter, page: &PageRequest)
            -> Listed<AuditRecord>;
    }
    ApiKeys {
        read api_key(id: &ApiKeyId) -> Found<ApiKey>;
        read api_keys(tenant: &TenantId, product: Option<&ProductId>, page: &PageRequest)
            -> Listed<ApiKey>;
    }
    IdempotencyKeys {
        read idempotency_record(id: &IdempotencyId) -> Found<IdempotencyRecord>;
    }
    RateLimiter {
        call submit_take(query: TakeQuery, done: TakeDone) -> ();
    }
    Catalog {
        read product(tenant: &TenantId, id: &ProductId) -> Found<Product>;
        read products(tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
        read key_type(tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType>;
        read key_types(tenant: &TenantId, product: Option<&ProductId>, page: &PageRequest)
            -> Listed<KeyType>;
        read key_types_named(tenant: &TenantId, id: &KeyTypeId) -> Several<KeyType>;
        read price_links(tenant: &TenantId, account: &StripeAccountId) -> Several<PriceLink>;
        read price_link(
            tenant: &TenantId,
            product: &ProductId,
            key_type: &KeyTypeId,
            account: &StripeAccountId
        ) -> Found<PriceLink>;
    }
    Configuration {
        read configuration_version() -> Result<i64, StoreError>;
    }
    Connections {
        read connection(tenant: &TenantId) -> Found<Connection>;
        read account_link(account: &AccountRef) -> Found<AccountLink>;
        read connected(after: Option<&TenantId>, n: usize) -> Several<Connection>;
        read retiring(n: usize) -> Several<Connection>;
        read account_state(account: &AccountRef) -> Found<AccountState>;
        read last_event_at(account: &AccountRef) -> Found<Timestamp>;
    }
    OAuthRounds {
        read oauth_round(state: &SecretHash) -> Found<OAuthRound>;
    }
    RestrictedKeys {
        read restricted_key(tenant: &TenantId, mode: Mode) -> Found<RestrictedKey>;
        read restricted_keys_due(now: Timestamp, n: usize) -> Several<RestrictedKey>;
        read unhealthy_keys(n: usize) -> Several<RestrictedKey>;
        read connected_keys(after: Option<(&TenantId, Mode)>, n: usize) -> Several<RestrictedKey>;
        read probe_coupon(id: &ProbeCouponId) -> Found<ProbeCoupon>;
        read probe_coupons_due(now: Timestamp, n: usize) -> Several<ProbeCoupon>;
        read orphan_coupons(of: Option<(&TenantId, Mode)>, n: usize) -> Several<ProbeCoupon>;
    }
    SellerStripe {
        read manual_endpoint(tenant: &TenantId, mode: Mode) -> Found<ManualEndpoint>;
        read sale_mappings(tenant: &TenantId, mode: Mode) -> Found<SaleMappings>;
        read product_key(tenant: &TenantId, product: &ProductId) -> Found<ProductKey>;
    }
    ProcessedEvents {
        read processed_event(endpoint: &EventEndpoint, id: &StripeEventId) -> Found<ProcessedEvent>;
        read parked_due(now: Timestamp, n: usize) -> Several<ProcessedEvent>;
        read parked(tenant: &TenantId, page: &PageRequest) -> Listed<ProcessedEvent>;
    }
    Orders {
        read order(tenant: &TenantId, id: &OrderId) -> Found<Order>;
        read order_of_session(account: &StripeAccountId, session: &SessionId) -> Found<Order>;
        read order_of_checkout(session: &SessionId) -> Found<Order>;
        read orders(tenant: &TenantId, filter: &OrderFilter, page: &PageRequest) -> Listed<Order>;
        read stuck_orders(before: Timestamp, n: usize) -> Several<Order>;
    }
    Payments {
        read payment(key: &PaymentKey) -> Found<Payment>;
    }
    Ledgers {
        read books(id: &BooksId) -> Found<Books>;
        read books_due(now: Timestamp, n: usize) -> Several<BooksId>;
        read books_of(tenant: &TenantId, mode: Mode) -> Several<Books>;
        read ledger_entries(id: &BooksId, ids: &[StripeObjectId]) -> Several<LedgerEntry>;
        read reported_sums(id: &BooksId, until: Timestamp) -> Result<Sums, StoreError>;
        read sales_sums(range: &SalesRange, group: SalesGroup, n: usize)
            -> Result<SalesTotals, StoreError>;
        read ledger_range(range: &SalesRange, after: Option<&Cursor>, n: usize)
            -> Several<AttributedEntry>;
    }
    PromotionCodes {
        read promotion_code(tenant: &TenantId, id: &PromotionCodeId) -> Found<PromotionCode>;
        read promotion_code_at_stripe(account: &AccountRef, id: &StripeObjectId)
            -> Found<PromotionCode>;
        read promotion_codes(
            tenant: &TenantId,
            filter: &PromotionCodeFilter,
            page: &PageRequest
        ) -> Listed<PromotionCode>;
        read unfinished_promotion_codes(before: Timestamp, n: usize) -> Several<PromotionCode>;
    }
    Subscriptions {
        read subscription(key: &SubscriptionKey) -> Found<Subscription>;
    }
    Customers {
        read customer(tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
        read customers(tenant: &TenantId, filter: &CustomerFilter, page: &PageRequest)
            -> Listed<Customer>;
    }
    Erasures {
        update erase_customer(erasure: &Erasure) -> Result<bool, StoreError>;
        update erase_tenant(step: &TenantErasure) -> Result<Option<Cursor>, StoreError>;
    }
    Licenses {
        read license(tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
        read licenses(tenant: &TenantId, filter: &LicenseFilter, page: &PageRequest)
            -> Listed<LicenseRecord>;
        read licenses_of_order(order: &OrderId) -> Several<LicenseRecord>;
        read ended_licenses(ended: Timestamp, n: usize) -> Several<LicenseRecord>;
        read lapsed_licenses(begun: Timestamp, n: usize) -> Several<LicenseRecord>;
        read expiring_licenses(now: Timestamp, n: usize) -> Several<ExpiringLicense>;
    }
    Activations {
        read activation(license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
        read activation_by_id(license: &LicenseId, id: &ActivationId) -> Found<Activation>;
        read activations(tenant: &TenantId, license: &LicenseId, page: &PageRequest)
            -> Listed<Activation>;
    }
    Validations {
        read license_of_key(key: &KeyQuery) -> Found<KnownLicense>;
        update submit_validate(query: ValidateQuery, done: ValidateDone) -> ();
    }
    WebhookEndpoints {
        read webhook_endpoint(tenant: &TenantId, id: &WebhookEndpointId) -> Found<WebhookEndpoint>;
        read webhook_endpoints(tenant: &TenantId) -> Several<WebhookEndpoint>;
    }
    Deliveries {
        read delivery(tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
        read deliveries(
            tenant: &TenantId,
            endpoint: Option<&WebhookEndpointId>,
            page: &PageRequest
        ) -> Listed<(Delivery, Option<Attempt>)>;
        read waiting_deliveries(tenant: Option<&TenantId>, n: usize) -> Several<Delivery>;
        update claim(limits: &ClaimLimits) -> Result<Claimed<Claim>, StoreError>;
    }
    Mails {
        read mailing(tenant: &TenantId, id: &MailId) -> Found<QueuedMail>;
        read mails(tenant: &TenantId, license: &LicenseId, page: &PageRequest)
            -> Listed<QueuedMail>;
        update claim_mails(limits: &ClaimLimits) -> Result<Claimed<QueuedMail>, StoreError>;
        read overdue_mails(before: Timestamp, n: usize) -> Several<QueuedMail>;
    }
    LastSeen {
        write record_last_seen(seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError>;
        read last_used(keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError>;
    }
    Housekeeping {
        read prune(kind: Prunable, until: Timestamp) -> Result<usize, StoreError>;
        read count_prunable(kind: Prunable, until: Timestamp) -> Result<u64, StoreError>;
        read ready() -> Result<(), StoreError>;
    }
    MasterKeys {
        read canaries() -> Several<Sealed>;
        write add_canary(canary: &Sealed) -> Result<(), StoreError>;
        write remove_canary(key: &KeyId) -> Result<(), StoreError>;
        read sealed_values(kind: SealedKind, after: Option<&str>, n: usize) -> Several<SealedValue>;
        update reseal(kind: SealedKind, values: &[(SealedValue, Sealed)]) -> Result<(), StoreError>;
    }
}
