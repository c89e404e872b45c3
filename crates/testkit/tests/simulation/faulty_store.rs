//! A store that fails before or after it has carried out a call.

use std::sync::atomic::{AtomicBool, Ordering};

use mintage_domain::base::id::{
    LicenseId, OrderId, ProbeCouponId, PromotionCodeId, SessionId, StripeAccountId, StripeEventId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::sales::ledger::promotion_code::PromotionCode;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::account_state::AccountState;
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::processed_event::ProcessedEvent;
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_domain::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};
use mintage_domain::ports::{
    Catalog, Commit, CommitDone, CommitError, Connections, ExpiringLicense, LicenseFilter,
    LicenseRecord, Licenses, OrderFilter, Orders, Payments, ProcessedEvents, PromotionCodeFilter,
    PromotionCodes, RestrictedKeys, SellerStripe, StoreError, Subscriptions, Tenants,
};
use mintage_testkit::MemoryStore;

use crate::chaos::Weather;
use crate::dice::Dice;

/// The store as one process uses it. When the process dies, every call fails until the next
/// process.
pub(crate) struct FaultyStore<'a> {
    inner: &'a MemoryStore,
    dice: &'a Dice,
    weather: &'a Weather,
    dead: AtomicBool,
}

impl<'a> FaultyStore<'a> {
    pub(crate) fn new(inner: &'a MemoryStore, dice: &'a Dice, weather: &'a Weather) -> Self {
        Self {
            inner,
            dice,
            weather,
            dead: AtomicBool::new(false),
        }
    }

    /// Starts the next process; returns whether the last one died.
    pub(crate) fn restart(&self) -> bool {
        self.dead.swap(false, Ordering::SeqCst)
    }

    fn stumble(&self) -> Result<(), StoreError> {
        if self.dead.load(Ordering::SeqCst) || self.dice.one_in(60) {
            return Err(unavailable());
        }
        Ok(())
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("by chance".to_owned())
}

impl Commit for FaultyStore<'_> {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let count = |what: &std::sync::atomic::AtomicUsize| what.fetch_add(1, Ordering::Relaxed);
        if self.dead.load(Ordering::SeqCst) {
            return done(Err(unavailable().into()));
        }
        match self.dice.below(24) {
            0 | 1 => {
                count(&self.weather.lost_before);
                done(Err(unavailable().into()));
            }
            2 | 3 => {
                count(&self.weather.lost_after);
                self.inner.submit(changes, Box::new(|_| ()));
                done(Err(unavailable().into()));
            }
            4 => {
                count(&self.weather.deaths);
                self.dead.store(true, Ordering::SeqCst);
                if self.dice.one_in(2) {
                    self.inner.submit(changes, Box::new(|_| ()));
                }
                done(Err(unavailable().into()));
            }
            5 | 6 => {
                count(&self.weather.refused_by_chance);
                let row = Row::Tenant(TenantId::parse("somebody").unwrap());
                done(Err(CommitError::Refused(Refusal::Stale(row))));
            }
            _ => self.inner.submit(changes, done),
        }
    }
}

macro_rules! stumbling {
    ($($port:ident { $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* })*) => {$(
        impl $port for FaultyStore<'_> {
            $(fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                self.stumble()?;
                self.inner.$name($($arg),*)
            })*
        }
    )*};
}

stumbling! {
    Connections {
        fn connection(tenant: &TenantId) -> Option<Connection>;
        fn account_link(account: &AccountRef) -> Option<AccountLink>;
        fn connected(after: Option<&TenantId>, n: usize) -> Vec<Connection>;
        fn retiring(n: usize) -> Vec<Connection>;
        fn account_state(account: &AccountRef) -> Option<AccountState>;
        fn last_event_at(account: &AccountRef) -> Option<Timestamp>;
    }
    RestrictedKeys {
        fn restricted_key(tenant: &TenantId, mode: Mode) -> Option<RestrictedKey>;
        fn restricted_keys_due(now: Timestamp, n: usize) -> Vec<RestrictedKey>;
        fn unhealthy_keys(n: usize) -> Vec<RestrictedKey>;
        fn connected_keys(after: Option<(&TenantId, Mode)>, n: usize) -> Vec<RestrictedKey>;
        fn probe_coupon(id: &ProbeCouponId) -> Option<ProbeCoupon>;
        fn probe_coupons_due(now: Timestamp, n: usize) -> Vec<ProbeCoupon>;
        fn orphan_coupons(of: Option<(&TenantId, Mode)>, n: usize) -> Vec<ProbeCoupon>;
    }
    SellerStripe {
        fn manual_endpoint(tenant: &TenantId, mode: Mode) -> Option<ManualEndpoint>;
        fn sale_mappings(tenant: &TenantId, mode: Mode) -> Option<SaleMappings>;
        fn product_key(tenant: &TenantId, product: &ProductId) -> Option<ProductKey>;
    }
    ProcessedEvents {
        fn processed_event(endpoint: &EventEndpoint, id: &StripeEventId) -> Option<ProcessedEvent>;
        fn parked_due(now: Timestamp, n: usize) -> Vec<ProcessedEvent>;
        fn parked(tenant: &TenantId, page: &PageRequest) -> Page<ProcessedEvent>;
    }
    Orders {
        fn order(tenant: &TenantId, id: &OrderId) -> Option<Order>;
        fn order_of_session(account: &StripeAccountId, session: &SessionId) -> Option<Order>;
        fn order_of_checkout(session: &SessionId) -> Option<Order>;
        fn orders(tenant: &TenantId, filter: &OrderFilter, page: &PageRequest) -> Page<Order>;
        fn stuck_orders(before: Timestamp, n: usize) -> Vec<Order>;
    }
    PromotionCodes {
        fn promotion_code(tenant: &TenantId, id: &PromotionCodeId) -> Option<PromotionCode>;
        fn promotion_code_at_stripe(account: &AccountRef, id: &StripeObjectId)
            -> Option<PromotionCode>;
        fn promotion_codes(
            tenant: &TenantId,
            filter: &PromotionCodeFilter,
            page: &PageRequest
        ) -> Page<PromotionCode>;
        fn unfinished_promotion_codes(before: Timestamp, n: usize) -> Vec<PromotionCode>;
    }
    Payments {
        fn payment(key: &PaymentKey) -> Option<Payment>;
    }
    Subscriptions {
        fn subscription(key: &SubscriptionKey) -> Option<Subscription>;
    }
    Licenses {
        fn license(tenant: &TenantId, id: &LicenseId) -> Option<LicenseRecord>;
        fn licenses(
            tenant: &TenantId,
            filter: &LicenseFilter,
            page: &PageRequest
        ) -> Page<LicenseRecord>;
        fn licenses_of_order(order: &OrderId) -> Vec<LicenseRecord>;
        fn ended_licenses(ended: Timestamp, n: usize) -> Vec<LicenseRecord>;
        fn lapsed_licenses(begun: Timestamp, n: usize) -> Vec<LicenseRecord>;
        fn expiring_licenses(now: Timestamp, n: usize) -> Vec<ExpiringLicense>;
    }
    Tenants {
        fn tenant(id: &TenantId) -> Option<Tenant>;
        fn tenants(page: &PageRequest) -> Page<Tenant>;
    }
    Catalog {
        fn product(tenant: &TenantId, id: &ProductId) -> Option<Product>;
        fn products(tenant: &TenantId, page: &PageRequest) -> Page<Product>;
        fn key_type(tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Option<KeyType>;
        fn key_types_named(tenant: &TenantId, id: &KeyTypeId) -> Vec<KeyType>;
        fn key_types(
            tenant: &TenantId,
            product: Option<&ProductId>,
            page: &PageRequest
        ) -> Page<KeyType>;
        fn price_links(tenant: &TenantId, account: &StripeAccountId) -> Vec<PriceLink>;
        fn price_link(
            tenant: &TenantId,
            product: &ProductId,
            key_type: &KeyTypeId,
            account: &StripeAccountId
        ) -> Option<PriceLink>;
    }
}
