//! All that the simulator knows, behind one lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc::UnboundedSender;

use crate::accounts::Accounts;
use crate::config::{Config, Mode};
use crate::delivery::{Attempt, Parcel};
use crate::faults::Faults;
use crate::idempotency::Replays;
use crate::ids::Ids;
use crate::journal::Journal;
use crate::oauth::Codes;
use crate::shelf::Books;

/// An account in one mode: what an API object belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) mode: Mode,
}

impl Scope {
    pub(crate) fn new(account: impl Into<String>, mode: Mode) -> Self {
        Self {
            account: account.into(),
            mode,
        }
    }

    /// The same account on the other side of the mode wall.
    pub(crate) fn across(&self) -> Self {
        Self::new(&self.account, Mode::of(!self.mode.livemode()))
    }
}

/// The whole state. Handlers hold it only while they compute, never while they wait.
pub(crate) struct World {
    pub(crate) config: Config,
    /// Where the simulator itself is reached, without a trailing slash.
    pub(crate) base: String,
    pub(crate) ids: Ids,
    pub(crate) accounts: Accounts,
    pub(crate) codes: Codes,
    pub(crate) replays: Replays,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) courier: UnboundedSender<Parcel>,
    /// When sessions were last looked through for those to expire.
    pub(crate) swept_at: i64,
    books: HashMap<Scope, Books>,
}

/// The state as every task holds it.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// The state; a task that panicked leaves it as it was.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    pub(crate) fn new(config: Config, base: String, courier: UnboundedSender<Parcel>) -> Self {
        let mut ids = Ids::new(config.seed);
        Self {
            accounts: Accounts::new(&config, &mut ids),
            ids,
            base,
            codes: Codes::default(),
            replays: Replays::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            attempts: Vec::new(),
            courier,
            swept_at: i64::MIN,
            books: HashMap::new(),
            config,
        }
    }

    /// Unix seconds by the simulator's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "a simulator has a clock of its own"
    )]
    pub(crate) fn now(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_add(self.config.clock_offset)
    }

    /// The objects of one account in one mode.
    pub(crate) fn books(&mut self, scope: &Scope) -> &mut Books {
        self.books.entry(scope.clone()).or_default()
    }

    /// Every account's objects.
    pub(crate) fn all_books(&self) -> impl Iterator<Item = (&Scope, &Books)> {
        self.books.iter()
    }

    /// Whose books have what `look` looks for, when nothing but its id is known.
    pub(crate) fn owner<T>(&self, look: impl Fn(&Books) -> Option<&T>) -> Option<Scope> {
        let mut all = self.books.iter();
        all.find_map(|(scope, books)| look(books).map(|_| scope.clone()))
    }

    /// The scope of the platform itself.
    pub(crate) fn platform_scope(&self, mode: Mode) -> Scope {
        Scope::new(&self.config.platform_account, mode)
    }
}
