use crate::api_key::ApiKey;
use crate::audit::AuditEntry;
use crate::catalog::{DisplayName, KeyType, PriceLink, Product};
use crate::changes::{Changes, Receipt};
use crate::connection::{AccountLink, AccountRef, Connection, OAuthRound};
use crate::customer::Customer;
use crate::delivery::{Attempt, Claim, Delivery, Endpoint};
use crate::email::Email;
use crate::guard::Refusal;
use crate::id::{
    ApiKeyId, CustomerId, DeliveryId, LicenseId, OrderId, SessionId, StripeAccountId, StripeEventId,
};
use crate::license::License;
use crate::license::key::KeyHash;
use crate::license::state::State;
use crate::management_token::ManagementToken;
use crate::mode::Mode;
use crate::order::Order;
use crate::page::{Page, PageRequest};
use crate::payment::{Payment, PaymentKey};
use crate::rate::Rate;
use crate::secret::SecretHash;
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::stripe_event::HeardEvent;
use crate::tenant::Tenant;
use crate::time::Timestamp;
use std::time::Duration;

/// Why a store did not answer. A thing that is not there is `Option::None`, never an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is too busy; worth trying again.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A row in it is no valid value of the domain.
    #[error("the store holds an invalid {table} row: {reason}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// What is wrong; names columns and ids, never secrets.
        reason: String,
    },
    /// It failed in a way that trying again will not mend.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Why a commit did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A guard refused it: read again and decide again.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed. After `Unavailable` it is unknown whether the changes were committed
    /// only if the store could not be asked again; they carry their id for that.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Found<T> = Result<Option<T>, StoreError>;
type Listed<T> = Result<Page<T>, StoreError>;

/// Everything a Mintage server keeps, in one object.
///
/// A store MUST show what was committed to every read that starts after the commit returned
/// (`what_was_acknowledged_is_read`).
pub trait Store:
    Tenants
    + Tokens
    + Catalog
    + Connections
    + OAuthRounds
    + HeardEvents
    + Orders
    + Payments
    + Licenses
    + Customers
    + ApiKeys
    + Endpoints
    + Deliveries
    + Audits
    + Validations
    + Commit
    + Limiter
    + Housekeeping
    + Send
    + Sync
{
}

impl<T> Store for T where
    T: Tenants
        + Tokens
        + Catalog
        + Connections
        + OAuthRounds
        + HeardEvents
        + Orders
        + Payments
        + Licenses
        + Customers
        + ApiKeys
        + Endpoints
        + Deliveries
        + Audits
        + Validations
        + Commit
        + Limiter
        + Housekeeping
        + Send
        + Sync
{
}

/// Reads tenants.
pub trait Tenants {
    /// One tenant.
    fn tenant(&self, id: &TenantId) -> Found<Tenant>;
    /// All tenants, newest first.
    fn tenants(&self, page: &PageRequest) -> Listed<Tenant>;
}

/// Reads management tokens.
pub trait Tokens {
    /// The token with this hash, revoked or not.
    fn token(&self, hash: &SecretHash) -> Found<ManagementToken>;
}

/// Reads products, key types and their Stripe prices.
pub trait Catalog {
    /// One product.
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product>;
    /// A tenant's products, newest first.
    fn products(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
    /// One key type.
    fn key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType>;
    /// A tenant's key types, of one product or of all, newest first.
    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Listed<KeyType>;
    /// The Stripe prices of a tenant on one account.
    fn price_links(
        &self,
        tenant: &TenantId,
        account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError>;
    /// The Stripe price of one key type on one account.
    fn price_link(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
        account: &StripeAccountId,
    ) -> Found<PriceLink>;
}

/// Reads connections to Stripe.
pub trait Connections {
    /// A tenant's connection, if it ever had one.
    fn connection(&self, tenant: &TenantId) -> Found<Connection>;
    /// Whose an account is, or last was.
    fn account_link(&self, account: &AccountRef) -> Found<AccountLink>;
    /// Up to `n` connections with accounts still to be retired.
    fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError>;
}

/// Reads OAuth rounds.
pub trait OAuthRounds {
    /// The round with this state.
    fn oauth_round(&self, state: &SecretHash) -> Found<OAuthRound>;
}

/// Reads what was heard from Stripe.
pub trait HeardEvents {
    /// One event, as heard on the endpoint of a mode.
    fn heard_event(&self, endpoint: Mode, id: &StripeEventId) -> Found<HeardEvent>;
    /// Up to `n` parked events that are due again at `now`, oldest first.
    fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<HeardEvent>, StoreError>;
    /// The parked events about a tenant's accounts, newest first.
    fn parked(&self, tenant: &TenantId, page: &PageRequest) -> Listed<HeardEvent>;
}

/// Reads orders.
pub trait Orders {
    /// One order.
    fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order>;
    /// The order whose session this is, opened on this account.
    fn order_of_session(&self, account: &StripeAccountId, session: &SessionId) -> Found<Order>;
    /// A tenant's orders, newest first.
    fn orders(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Order>;
    /// Up to `n` orders still opening that were made before `before`: a crash left them.
    fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError>;
}

/// Reads payments.
pub trait Payments {
    /// One payment.
    fn payment(&self, key: &PaymentKey) -> Found<Payment>;
}

/// A license with what is usually told beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRecord {
    /// The license.
    pub license: License,
    /// Its customer's address.
    pub email: Email,
    /// The Stripe session it came of.
    pub session: Option<SessionId>,
}

/// Which licenses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenseFilter {
    /// Of one product.
    pub product: Option<ProductId>,
    /// In one state at the time given.
    pub state: Option<(State, Timestamp)>,
    /// Of one customer's address.
    pub email: Option<Email>,
}

/// Reads licenses.
pub trait Licenses {
    /// One license.
    fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord>;
    /// A tenant's licenses, newest first.
    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        page: &PageRequest,
    ) -> Listed<LicenseRecord>;
    /// All licenses that an order minted, in the order of its units.
    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError>;
}

/// Reads customers.
pub trait Customers {
    /// One customer.
    fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Found<Customer>;
}

/// Reads API keys.
pub trait ApiKeys {
    /// The key with this public id, revoked or not.
    fn api_key(&self, id: &ApiKeyId) -> Found<ApiKey>;
}

/// Reads license webhooks.
pub trait Endpoints {
    /// A tenant's license webhook.
    fn endpoint(&self, tenant: &TenantId) -> Found<Endpoint>;
}

/// Reads deliveries, and hands them out.
pub trait Deliveries {
    /// One delivery, with its attempts, oldest first.
    fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
    /// A tenant's deliveries, newest first, each with its last attempt.
    fn deliveries(
        &self,
        tenant: &TenantId,
        page: &PageRequest,
    ) -> Listed<(Delivery, Option<Attempt>)>;
    /// Leases up to `n` due deliveries until `now + lease`, atomically: pending ones that are due,
    /// and leased ones whose lease has ended. At most `cap` of one endpoint are leased at a time
    /// (`a_lane_is_capped`), so a hung endpoint delays no other. A delivery is handed to one
    /// caller (`two_claimers_share_nothing`); one whose tenant has no URL, or whose endpoint is
    /// gone, waits (`without_a_url_it_waits`). A claim counts the attempt and the version.
    fn claim(
        &self,
        now: Timestamp,
        n: usize,
        cap: usize,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError>;
}

/// Reads the audit trail.
pub trait Audits {
    /// A tenant's entries as `(at, actor, action, target)`, newest first.
    fn audit(&self, tenant: &TenantId, page: &PageRequest) -> Listed<AuditRecord>;
}

/// An entry of the audit trail as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who, as [`crate::audit::Actor::to_text`] writes it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
}

impl From<&AuditEntry> for AuditRecord {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.as_str().to_owned(),
            at: entry.at,
            actor: entry.actor.to_text(),
            action: entry.action.to_owned(),
            target: entry.target.clone(),
        }
    }
}

/// A signature that may be used once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nonce {
    /// Whose signature.
    pub key: ApiKeyId,
    /// The signature, as 32 bytes.
    pub signature: [u8; 32],
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}

/// What `/v1/validate` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateQuery {
    /// The call's signature: used up by asking.
    pub nonce: Nonce,
    /// In whose account.
    pub tenant: TenantId,
    /// For which product.
    pub product: ProductId,
    /// In which mode.
    pub mode: Mode,
    /// The hashes under which the presented key may be known.
    pub key_hashes: Vec<KeyHash>,
}

/// What is known of the license that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateRead {
    /// Whether the signature is used for the first time.
    pub fresh: bool,
    /// The license with its customer, and the name of its key type.
    pub license: Option<(LicenseRecord, DisplayName)>,
}

/// Told once a validate query is answered.
pub type ValidateDone = Box<dyn FnOnce(Result<ValidateRead, StoreError>) + Send>;

/// The hot read.
pub trait Validations {
    /// Uses up the nonce and reads the license, and calls `done` with the answer from any thread;
    /// never blocks on I/O. The same nonce is fresh to exactly one caller, whichever node it asks
    /// (`a_nonce_is_fresh_once`).
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone);

    /// The same, waiting for the answer.
    fn validate(&self, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit_validate(
            query,
            Box::new(move |answer| {
                // The receiver waits below; it cannot be gone.
                let _ = send.send(answer);
            }),
        );
        receive
            .recv()
            .unwrap_or_else(|_| Err(StoreError::Failed("the reader stopped".into())))
    }
}

/// Told once a commit is durable, or refused.
pub type CommitDone = Box<dyn FnOnce(Result<Receipt, CommitError>) + Send>;

/// Commits.
///
/// A store MUST commit changes whole or not at all (`a_refused_commit_writes_nothing`), durably
/// before it says so (`what_was_acknowledged_is_there_after_reopening`), judge every guard by
/// [`crate::guard::judge`], let a refused caller in a batch disturb no other
/// (`a_refused_neighbour_disturbs_nobody`), and join customers by
/// [`Changes::join_customers`] (`a_known_customer_joins`).
pub trait Commit {
    /// Hands the changes over and returns at once; `done` is called from any thread.
    fn submit(&self, changes: Changes, done: CommitDone);

    /// Commits, waiting for the outcome.
    fn commit(&self, changes: Changes) -> Result<Receipt, CommitError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit(
            changes,
            Box::new(move |outcome| {
                // The receiver waits below; it cannot be gone.
                let _ = send.send(outcome);
            }),
        );
        receive.recv().unwrap_or_else(|_| {
            Err(CommitError::Store(StoreError::Failed(
                "the writer stopped".into(),
            )))
        })
    }
}

/// Rate limits that hold across nodes.
pub trait Limiter {
    /// Takes one of `key`'s rate at `now`, atomically; `Some(wait)` if there is none left
    /// (`a_rate_is_shared_by_all_callers`).
    fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Option<Duration>, StoreError>;
}

/// What a store does for itself.
pub trait Housekeeping {
    /// Forgets what has expired at `now`: OAuth rounds, nonces, rate windows, commit ids. Small
    /// steps: at most a thousand rows of each. Returns how many rows went.
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Whether it can answer.
    fn ready(&self) -> Result<(), StoreError>;
}
