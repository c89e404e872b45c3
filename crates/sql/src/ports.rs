//! The reading ports, as a store implements them by the functions of the tables.

/// Implements the reading ports for a store with the tables of a backend:
/// `read_ports!(SqliteStore, sqlite)`.
///
/// The store has
/// `fn read<T>(&self, work: impl Fn(&mut Connection) -> Result<T, Error>) -> Result<T, StoreError>`,
/// which may do the work more than once, since a read can be repeated; and
/// `fn write<T>(...)` of the same form, which does the work in one transaction.
#[macro_export]
macro_rules! read_ports {
    ($store:ty, $backend:ident) => {
        const _: () = {
            use ::mintage_domain::base::id::*;
            use ::mintage_domain::base::mode::Mode;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::secret::SecretHash;
            use ::mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
            use ::mintage_domain::base::stripe_value::StripeObjectId;
            use ::mintage_domain::base::time::Timestamp;
            use ::mintage_domain::model::access::api_key::ApiKey;
            use ::mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
            use ::mintage_domain::model::catalog::key_type::KeyType;
            use ::mintage_domain::model::catalog::price_link::PriceLink;
            use ::mintage_domain::model::catalog::product::Product;
            use ::mintage_domain::model::licenses::activation::{Activation, Fingerprint};
            use ::mintage_domain::model::outbox::delivery::{Attempt, Delivery};
            use ::mintage_domain::model::outbox::mail::QueuedMail;
            use ::mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
            use ::mintage_domain::model::sales::customer::Customer;
            use ::mintage_domain::model::sales::ledger::books::{Books, BooksId, Sums};
            use ::mintage_domain::model::sales::ledger::entry::LedgerEntry;
            use ::mintage_domain::model::sales::ledger::promotion_code::PromotionCode;
            use ::mintage_domain::model::sales::mapping::SaleMappings;
            use ::mintage_domain::model::sales::order::Order;
            use ::mintage_domain::model::sales::payment::{Payment, PaymentKey};
            use ::mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
            use ::mintage_domain::model::sellers::management_token::ManagementToken;
            use ::mintage_domain::model::sellers::tenant::Tenant;
            use ::mintage_domain::model::stripe::account::{AccountLink, AccountRef};
            use ::mintage_domain::model::stripe::account_state::AccountState;
            use ::mintage_domain::model::stripe::connection::Connection;
            use ::mintage_domain::model::stripe::event_endpoint::EventEndpoint;
            use ::mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
            use ::mintage_domain::model::stripe::oauth_round::OAuthRound;
            use ::mintage_domain::model::stripe::processed_event::ProcessedEvent;
            use ::mintage_domain::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};
            use ::mintage_domain::model::stripe::product_key::ProductKey;
            use ::mintage_domain::ports::*;

            $crate::delegate! { $store, $backend:
                Tenants {
                    tenant(id: &TenantId) -> Option<Tenant> = sellers::tenant::get;
                    tenants(page: &PageRequest) -> Page<Tenant> = sellers::tenant::list;
                }
                Tokens {
                    token(hash: &SecretHash) -> Option<ManagementToken>
                        = sellers::management_token::get_by_hash;
                    token_by_id(tenant: &TenantId, id: &TokenId) -> Option<ManagementToken>
                        = sellers::management_token::get;
                    tokens(tenant: &TenantId, page: &PageRequest) -> Page<ManagementToken>
                        = sellers::management_token::list;
                }
                Configuration {
                    configuration_version() -> i64 = commit::counter::configuration_version;
                }
                Audits {
                    audit(tenant: &TenantId, filter: &AuditFilter, page: &PageRequest)
                        -> Page<AuditRecord> = sellers::audit::list;
                }
                Catalog {
                    product(tenant: &TenantId, id: &ProductId) -> Option<Product>
                        = catalog::product::get;
                    products(tenant: &TenantId, page: &PageRequest) -> Page<Product>
                        = catalog::product::list;
                    key_type(tenant: &TenantId, product: &ProductId, id: &KeyTypeId)
                        -> Option<KeyType> = catalog::key_type::get;
                    key_types(tenant: &TenantId, product: Option<&ProductId>, page: &PageRequest)
                        -> Page<KeyType> = catalog::key_type::list;
                    key_types_named(tenant: &TenantId, id: &KeyTypeId) -> Vec<KeyType>
                        = catalog::key_type::list_named;
                    price_links(tenant: &TenantId, account: &StripeAccountId) -> Vec<PriceLink>
                        = catalog::price_link::list;
                    price_link(
                        tenant: &TenantId,
                        product: &ProductId,
                        key_type: &KeyTypeId,
                        account: &StripeAccountId
                    ) -> Option<PriceLink> = catalog::price_link::get;
                }
                Connections {
                    connection(tenant: &TenantId) -> Option<Connection> = stripe::connection::get;
                    account_link(account: &AccountRef) -> Option<AccountLink>
                        = stripe::account::get;
                    connected(after: Option<&TenantId>, n: usize) -> Vec<Connection>
                        = stripe::connection::list_connected;
                    retiring(n: usize) -> Vec<Connection> = stripe::connection::list_retiring;
                    account_state(account: &AccountRef) -> Option<AccountState>
                        = stripe::account_state::get;
                    last_event_at(account: &AccountRef) -> Option<Timestamp>
                        = stripe::account::last_event_at;
                }
                OAuthRounds {
                    oauth_round(state: &SecretHash) -> Option<OAuthRound>
                        = stripe::oauth_round::get;
                }
                RestrictedKeys {
                    restricted_key(tenant: &TenantId, mode: Mode) -> Option<RestrictedKey>
                        = stripe::restricted_key::get;
                    restricted_keys_due(now: Timestamp, n: usize) -> Vec<RestrictedKey>
                        = stripe::restricted_key::list_due;
                    unhealthy_keys(n: usize) -> Vec<RestrictedKey>
                        = stripe::restricted_key::list_unhealthy;
                    connected_keys(after: Option<(&TenantId, Mode)>, n: usize) -> Vec<RestrictedKey>
                        = stripe::restricted_key::list_connected;
                    probe_coupon(id: &ProbeCouponId) -> Option<ProbeCoupon>
                        = stripe::probe_coupon::get;
                    probe_coupons_due(now: Timestamp, n: usize) -> Vec<ProbeCoupon>
                        = stripe::probe_coupon::list_due;
                    orphan_coupons(of: Option<(&TenantId, Mode)>, n: usize) -> Vec<ProbeCoupon>
                        = stripe::probe_coupon::list_orphans;
                }
                SellerStripe {
                    manual_endpoint(tenant: &TenantId, mode: Mode) -> Option<ManualEndpoint>
                        = stripe::manual_endpoint::get;
                    sale_mappings(tenant: &TenantId, mode: Mode) -> Option<SaleMappings>
                        = sales::mapping::get;
                    product_key(tenant: &TenantId, product: &ProductId) -> Option<ProductKey>
                        = stripe::product_key::get;
                }
                ProcessedEvents {
                    processed_event(endpoint: &EventEndpoint, id: &StripeEventId) -> Option<ProcessedEvent>
                        = stripe::event::get;
                    parked_due(now: Timestamp, n: usize) -> Vec<ProcessedEvent>
                        = stripe::event::list_due;
                    parked(tenant: &TenantId, page: &PageRequest) -> Page<ProcessedEvent>
                        = stripe::event::list_parked;
                }
                ApiKeys {
                    api_key(id: &ApiKeyId) -> Option<ApiKey> = access::api_key::get;
                    api_keys(tenant: &TenantId, product: Option<&ProductId>, page: &PageRequest)
                        -> Page<ApiKey> = access::api_key::list;
                }
                IdempotencyKeys {
                    idempotency_record(id: &IdempotencyId) -> Option<IdempotencyRecord>
                        = access::idempotency::get;
                }
                Customers {
                    customer(tenant: &TenantId, id: &CustomerId) -> Option<Customer>
                        = sales::customer::get;
                    customers(tenant: &TenantId, filter: &CustomerFilter, page: &PageRequest)
                        -> Page<Customer> = sales::customer::list;
                }
                Orders {
                    order(tenant: &TenantId, id: &OrderId) -> Option<Order> = sales::order::get;
                    order_of_session(account: &StripeAccountId, session: &SessionId)
                        -> Option<Order> = sales::order::get_by_session;
                    order_of_checkout(session: &SessionId) -> Option<Order>
                        = sales::order::get_of_checkout;
                    orders(tenant: &TenantId, filter: &OrderFilter, page: &PageRequest)
                        -> Page<Order> = sales::order::list;
                    stuck_orders(before: Timestamp, n: usize) -> Vec<Order>
                        = sales::order::list_stuck;
                }
                Payments {
                    payment(key: &PaymentKey) -> Option<Payment> = sales::payment::get;
                }
                Ledgers {
                    books(id: &BooksId) -> Option<Books> = sales::ledger_books::get;
                    books_due(now: Timestamp, n: usize) -> Vec<BooksId>
                        = sales::ledger_books::list_due;
                    books_of(tenant: &TenantId, mode: Mode) -> Vec<Books>
                        = sales::ledger_books::list;
                    ledger_entries(id: &BooksId, ids: &[StripeObjectId]) -> Vec<LedgerEntry>
                        = sales::ledger_entry::list_of_ids;
                    reported_sums(id: &BooksId, until: Timestamp) -> Sums
                        = sales::sales_report::sum_reported;
                    sales_sums(range: &SalesRange, group: SalesGroup, n: usize) -> SalesTotals
                        = sales::sales_report::sum;
                    ledger_range(range: &SalesRange, after: Option<&Cursor>, n: usize)
                        -> Vec<AttributedEntry> = sales::sales_report::range;
                }
                PromotionCodes {
                    promotion_code(tenant: &TenantId, id: &PromotionCodeId)
                        -> Option<PromotionCode> = sales::promotion_code::get;
                    promotion_code_at_stripe(account: &AccountRef, id: &StripeObjectId)
                        -> Option<PromotionCode> = sales::promotion_code::get_by_stripe_id;
                    promotion_codes(
                        tenant: &TenantId, filter: &PromotionCodeFilter, page: &PageRequest
                    ) -> Page<PromotionCode> = sales::promotion_code::list;
                    unfinished_promotion_codes(before: Timestamp, n: usize) -> Vec<PromotionCode>
                        = sales::promotion_code::list_unfinished;
                }
                Subscriptions {
                    subscription(key: &SubscriptionKey) -> Option<Subscription>
                        = sales::subscription::get;
                }
                Licenses {
                    license(tenant: &TenantId, id: &LicenseId) -> Option<LicenseRecord>
                        = licenses::license::get;
                    licenses(tenant: &TenantId, filter: &LicenseFilter, page: &PageRequest)
                        -> Page<LicenseRecord> = licenses::license_list::list;
                    licenses_of_order(order: &OrderId) -> Vec<LicenseRecord>
                        = licenses::license::list_of_order;
                    ended_licenses(ended: Timestamp, n: usize) -> Vec<LicenseRecord>
                        = licenses::ending::list;
                    lapsed_licenses(begun: Timestamp, n: usize) -> Vec<LicenseRecord>
                        = licenses::ending::list_lapsed;
                    expiring_licenses(now: Timestamp, n: usize) -> Vec<ExpiringLicense>
                        = licenses::ending::list_expiring;
                }
                Activations {
                    activation(license: &LicenseId, fingerprint: &Fingerprint)
                        -> Option<Activation> = licenses::activation::get;
                    activation_by_id(license: &LicenseId, id: &ActivationId)
                        -> Option<Activation> = licenses::activation::get_by_id;
                    activations(tenant: &TenantId, license: &LicenseId, page: &PageRequest)
                        -> Page<Activation> = licenses::activation::list;
                }
                WebhookEndpoints {
                    webhook_endpoint(tenant: &TenantId, id: &WebhookEndpointId)
                        -> Option<WebhookEndpoint> = outbox::webhook_endpoint::get;
                    webhook_endpoints(tenant: &TenantId) -> Vec<WebhookEndpoint>
                        = outbox::webhook_endpoint::list;
                }
            }
        };
    };
}

/// Implements the ports whose reads also lease: [`read_ports!`] for deliveries and mails.
#[macro_export]
macro_rules! outbox_ports {
    ($store:ty, $backend:ident) => {
        const _: () = {
            use ::mintage_domain::base::id::{DeliveryId, LicenseId, MailId, WebhookEndpointId};
            use ::mintage_domain::base::page::{Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::base::time::Timestamp;
            use ::mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery};
            use ::mintage_domain::model::outbox::mail::QueuedMail;
            use ::mintage_domain::ports::{ClaimLimits, Claimed, Deliveries, Mails, StoreError};
            use $crate::claim::Limits;
            use $crate::$backend::tables::outbox::claims;

            $crate::delegate! { $store, $backend:
                Deliveries {
                    delivery(tenant: &TenantId, id: &DeliveryId)
                        -> Option<(Delivery, Vec<Attempt>)> = outbox::delivery::get;
                    deliveries(
                        tenant: &TenantId, endpoint: Option<&WebhookEndpointId>, page: &PageRequest
                    ) -> Page<(Delivery, Option<Attempt>)> = outbox::delivery::list;
                    waiting_deliveries(tenant: Option<&TenantId>, n: usize) -> Vec<Delivery>
                        = outbox::delivery::list_waiting;
                }
                + {
                    fn claim(&self, limits: &ClaimLimits) -> Result<Claimed<Claim>, StoreError> {
                        let limits = Limits::from(limits);
                        if !self.read(|conn| claims::are_deliveries_due(conn, limits))? {
                            return Ok(nothing());
                        }
                        self.write(move |conn| claims::claim(conn, limits))
                    }
                }
                Mails {
                    mailing(tenant: &TenantId, id: &MailId) -> Option<QueuedMail>
                        = outbox::mail::get;
                    mails(tenant: &TenantId, license: &LicenseId, page: &PageRequest)
                        -> Page<QueuedMail> = outbox::mail::list;
                    overdue_mails(before: Timestamp, n: usize) -> Vec<QueuedMail>
                        = outbox::mail::list_overdue;
                }
                + {
                    fn claim_mails(
                        &self,
                        limits: &ClaimLimits,
                    ) -> Result<Claimed<QueuedMail>, StoreError> {
                        let limits = Limits::from(limits);
                        if !self.read(|conn| claims::are_mails_due(conn, limits))? {
                            return Ok(nothing());
                        }
                        self.write(move |conn| claims::claim_mails(conn, limits))
                    }
                }
            }

            /// The claim of a node that has nothing to do, which costs no transaction.
            fn nothing<T>() -> Claimed<T> {
                Claimed {
                    leased: Vec::new(),
                    unreadable: Vec::new(),
                    has_more: false,
                }
            }
        };
    };
}

/// Implements ports by functions of the tables.
#[doc(hidden)]
#[macro_export]
macro_rules! delegate {
    ($store:ty, $backend:ident: $(
        $port:ident {
            $(
                $method:ident($($argument:ident: $type:ty),*) -> $out:ty
                    = $room:ident::$file:ident::$function:ident;
            )+
        }
        $(+ { $extra:item })?
    )+) => {$(
        impl $port for $store {
            $(
                fn $method(&self, $($argument: $type),*) -> Result<$out, StoreError> {
                    self.read(|conn| {
                        $crate::$backend::tables::$room::$file::$function(conn, $($argument),*)
                    })
                }
            )+
            $($extra)?
        }
    )+};
}
