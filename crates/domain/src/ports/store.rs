//! Everything a store must implement, as one trait.

use super::access::{ApiKeys, IdempotencyKeys, RateLimiter};
use super::catalog::Catalog;
use super::commit::Commit;
use super::configuration::Configuration;
use super::housekeeping::Housekeeping;
use super::last_seen::LastSeen;
use super::ledger::{Ledgers, PromotionCodes};
use super::licenses::{Activations, Licenses};
use super::master_keys::MasterKeys;
use super::outbox::{Deliveries, Mails, WebhookEndpoints};
use super::sales::{Customers, Erasures, Orders, Payments, Subscriptions};
use super::seller_stripe::SellerStripe;
use super::sellers::{Audits, Tenants, Tokens};
use super::stripe::{Connections, OAuthRounds, ProcessedEvents, RestrictedKeys};
use super::validations::Validations;

/// Lists the parts once, for the trait's bounds and for its blanket implementation.
macro_rules! store {
    ($($part:ident)+) => {
        /// The whole storage of a Mintage server, as one object.
        ///
        /// A read that starts after a commit has returned MUST see the committed changes
        /// (`what_was_acknowledged_is_read`).
        pub trait Store: $($part +)+ Send + Sync {}

        impl<T> Store for T where T: $($part +)+ Send + Sync {}
    };
}

store! {
    Tenants Tokens ApiKeys Catalog Connections OAuthRounds WebhookEndpoints Audits
    ProcessedEvents Orders Payments Subscriptions Customers Licenses Activations Deliveries Mails
    Validations IdempotencyKeys Commit RateLimiter LastSeen Housekeeping MasterKeys Erasures
    Configuration RestrictedKeys SellerStripe Ledgers PromotionCodes
}
