use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::base::config::Config;
use crate::base::ids::IdGenerator;
use crate::base::scope::Scope;
use crate::engine::accounts::Accounts;
use crate::engine::authorization_codes::AuthorizationCodes;
use crate::engine::clock::Clock;
use crate::engine::faults::Faults;
use crate::engine::idempotency::IdempotencyKeys;
use crate::engine::journal::Journal;
use crate::engine::outbox::{Delivery, Outbox};
use crate::engine::restricted_keys::RestrictedKeys;
use crate::engine::store::Store;

/// A link to the onboarding of an account.
pub(crate) struct OnboardingLink {
    pub(crate) scope: Scope,
    /// Unix seconds.
    pub(crate) expires_at: i64,
    pub(crate) refresh_url: String,
    pub(crate) return_url: String,
}

/// The whole state of the simulator.
pub(crate) struct World {
    pub(crate) config: Config,
    /// The simulator's own address, without a trailing slash.
    pub(crate) base_url: String,
    pub(crate) clock: Clock,
    pub(crate) ids: IdGenerator,
    pub(crate) accounts: Accounts,
    pub(crate) authorization_codes: AuthorizationCodes,
    pub(crate) idempotency_keys: IdempotencyKeys,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) restricted_keys: RestrictedKeys,
    /// The paths below which a restricted key learns that an object does not exist before it learns that it
    /// lacks the permission.
    pub(crate) existence_first: BTreeSet<String>,
    pub(crate) store: Store,
    pub(crate) outbox: Outbox,
    /// The links to the onboarding of accounts that were not used yet, by their paths.
    pub(crate) onboarding_links: HashMap<String, OnboardingLink>,
    /// The time of the last search for expired sessions.
    pub(crate) last_expiry_check: i64,
}

impl World {
    pub(crate) fn new(config: Config, base_url: String, queue: UnboundedSender<Delivery>) -> Self {
        let mut ids = IdGenerator::new(config.seed);
        Self {
            base_url,
            clock: Clock::new(config.clock_offset),
            accounts: Accounts::new(&config, &mut ids),
            ids,
            authorization_codes: AuthorizationCodes::default(),
            idempotency_keys: IdempotencyKeys::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            restricted_keys: RestrictedKeys::default(),
            existence_first: BTreeSet::new(),
            store: Store::default(),
            outbox: Outbox::new(queue),
            onboarding_links: HashMap::new(),
            last_expiry_check: i64::MIN,
            config,
        }
    }
}

/// The state behind a lock. A task must not hold the lock while it waits for anything else.
#[derive(Clone)]
pub(crate) struct SharedWorld(Arc<Mutex<World>>);

impl SharedWorld {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Locks the state, also after a panic of another task.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
