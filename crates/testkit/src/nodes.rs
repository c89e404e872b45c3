//! Several nodes on one store, as one store.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mintage_domain::base::id::{
    ActivationId, ApiKeyId, CustomerId, DeliveryId, LicenseId, MailId, OrderId, SessionId,
    StripeAccountId, StripeEventId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::model::stripe::processed_event::ProcessedEvent;
use mintage_domain::ports::{
    Activations, ApiKeys, AuditFilter, AuditRecord, Audits, Catalog, Commit, CommitDone,
    Connections, CustomerFilter, Customers, Deliveries, Housekeeping, IdempotencyKeys, KeyQuery,
    KnownLicense, LastSeen, LicenseFilter, LicenseRecord, Licenses, Mails, OAuthRounds, Orders,
    Payments, ProcessedEvents, RateLimiter, SeenTarget, Store, StoreError, Tenants, Tokens,
    ValidateDone, ValidateQuery, Validations, WebhookEndpoints,
};

/// Stores that are open on the same data at the same time. Each call goes to the next of them, so
/// that `store_contract!(core: Box::new(Nodes::new(…)))` holds all of them together to what the
/// port asks of one: what one node acknowledged the next one reads, and whatever is shared
/// (rates, nonces, lanes, counters) is shared by all.
pub struct Nodes {
    nodes: Vec<Arc<dyn Store>>,
    calls: AtomicUsize,
}

impl Nodes {
    /// These nodes, in turn. Panics if there are none.
    pub fn new(nodes: Vec<Arc<dyn Store>>) -> Self {
        assert!(!nodes.is_empty(), "there is at least one node");
        Self {
            nodes,
            calls: AtomicUsize::new(0),
        }
    }

    fn next(&self) -> &dyn Store {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        &*self.nodes[call % self.nodes.len()]
    }
}

type Found<T> = Result<Option<T>, StoreError>;
type Many<T> = Result<Vec<T>, StoreError>;
type Listed<T> = Result<Page<T>, StoreError>;

macro_rules! by_turns {
    ($($port:ident { $(fn $call:ident(&self $(, $name:ident: $type:ty)*) $(-> $answer:ty)?;)+ })+) => {$(
        impl $port for Nodes {$(
            fn $call(&self $(, $name: $type)*) $(-> $answer)? {
                self.next().$call($($name),*)
            }
        )+}
    )+};
}

by_turns! {
    Tenants {
        fn tenant(&self, id: &TenantId) -> Found<Tenant>;
        fn tenants(&self, page: &PageRequest) -> Listed<Tenant>;
    }
    Tokens {
        fn token(&self, hash: &SecretHash) -> Found<ManagementToken>;
    }
    Catalog {
        fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product>;
        fn products(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
        fn key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType>;
        fn key_types(
            &self, tenant: &TenantId, product: Option<&ProductId>, page: &PageRequest
        ) -> Listed<KeyType>;
        fn price_links(&self, tenant: &TenantId, account: &StripeAccountId) -> Many<PriceLink>;
        fn price_link(
            &self, tenant: &TenantId, product: &ProductId, key_type: &KeyTypeId,
            account: &StripeAccountId
        ) -> Found<PriceLink>;
    }
    Connections {
        fn connection(&self, tenant: &TenantId) -> Found<Connection>;
        fn account_link(&self, account: &AccountRef) -> Found<AccountLink>;
        fn retiring(&self, n: usize) -> Many<Connection>;
    }
    OAuthRounds {
        fn oauth_round(&self, state: &SecretHash) -> Found<OAuthRound>;
    }
    ProcessedEvents {
        fn processed_event(&self, endpoint: Mode, id: &StripeEventId) -> Found<ProcessedEvent>;
        fn parked_due(&self, now: Timestamp, n: usize) -> Many<ProcessedEvent>;
        fn parked(&self, tenant: &TenantId, page: &PageRequest) -> Listed<ProcessedEvent>;
    }
    Orders {
        fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order>;
        fn order_of_session(&self, account: &StripeAccountId, session: &SessionId) -> Found<Order>;
        fn orders(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Order>;
        fn stuck_orders(&self, before: Timestamp, n: usize) -> Many<Order>;
    }
    Payments {
        fn payment(&self, key: &PaymentKey) -> Found<Payment>;
    }
    Licenses {
        fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
        fn licenses(
            &self, tenant: &TenantId, filter: &LicenseFilter, page: &PageRequest
        ) -> Listed<LicenseRecord>;
        fn licenses_of_order(&self, order: &OrderId) -> Many<LicenseRecord>;
    }
    Activations {
        fn activation(&self, license: &LicenseId, fingerprint: &Fingerprint) -> Found<Activation>;
        fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation>;
        fn activations(
            &self, tenant: &TenantId, license: &LicenseId, page: &PageRequest
        ) -> Listed<Activation>;
    }
    Customers {
        fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
        fn customers(
            &self, tenant: &TenantId, filter: &CustomerFilter, page: &PageRequest
        ) -> Listed<Customer>;
    }
    ApiKeys {
        fn api_key(&self, id: &ApiKeyId) -> Found<ApiKey>;
        fn api_keys(
            &self,
            tenant: &TenantId,
            product: Option<&ProductId>,
            page: &PageRequest
        ) -> Listed<ApiKey>;
    }
    IdempotencyKeys {
        fn idempotency_record(&self, id: &IdempotencyId) -> Found<IdempotencyRecord>;
    }
    WebhookEndpoints {
        fn webhook_endpoint(&self, tenant: &TenantId) -> Found<WebhookEndpoint>;
    }
    Deliveries {
        fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
        fn deliveries(
            &self, tenant: &TenantId, page: &PageRequest
        ) -> Listed<(Delivery, Option<Attempt>)>;
        fn claim(&self, now: Timestamp, n: usize, cap: usize, lease: Duration) -> Many<Claim>;
    }
    Mails {
        fn mailing(&self, tenant: &TenantId, id: &MailId) -> Found<QueuedMail>;
        fn mails(&self, tenant: &TenantId, license: &LicenseId, page: &PageRequest) -> Listed<QueuedMail>;
        fn claim_mails(&self, now: Timestamp, n: usize, lease: Duration) -> Many<QueuedMail>;
        fn overdue_mails(&self, before: Timestamp, n: usize) -> Many<QueuedMail>;
    }
    Audits {
        fn audit(
            &self, tenant: &TenantId, filter: &AuditFilter, page: &PageRequest
        ) -> Listed<AuditRecord>;
    }
    Validations {
        fn license_of_key(&self, key: &KeyQuery) -> Found<KnownLicense>;
        fn submit_validate(&self, query: ValidateQuery, done: ValidateDone);
    }
    Commit {
        fn submit(&self, changes: Changes, done: CommitDone);
    }
    RateLimiter {
        fn take(&self, key: &str, rate: Rate, n: u32, now: Timestamp) -> Result<Take, StoreError>;
    }
    LastSeen {
        fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError>;
        fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError>;
    }
    Housekeeping {
        fn prune(&self, now: Timestamp) -> Result<usize, StoreError>;
        fn ready(&self) -> Result<(), StoreError>;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mintage_domain::ports::{Store, Tenants};

    use super::Nodes;
    use crate::MemoryStore;
    use crate::fixtures::Shop;

    mod contract {
        use std::sync::Arc;

        use crate::{MemoryStore, Nodes};

        fn two_on_one_store() -> Nodes {
            let store = Arc::new(MemoryStore::new());
            Nodes::new(vec![store.clone(), store])
        }

        crate::store_contract!(core: Box::new(two_on_one_store()));
    }

    #[test]
    fn calls_go_to_each_node_in_turn() {
        let empty: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let filled: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let shop = Shop::opened(&*filled, "acme");
        let nodes = Nodes::new(vec![empty, filled]);
        let found = [(); 4].map(|()| nodes.tenant(&shop.tenant.id).is_ok_and(|it| it.is_some()));
        assert_eq!(found, [false, true, false, true]);
    }
}
