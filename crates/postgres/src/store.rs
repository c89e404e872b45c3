//! The store.

use std::collections::HashMap;
use std::time::{Duration, Instant};
use std::{fmt, iter, thread};

use diesel::connection::Instrumentation;
use diesel::prelude::*;
use diesel::r2d2::{Pool, PooledConnection};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::page::Cursor;
use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::{
    Commit, CommitDone, Erasure, Erasures, Housekeeping, KeyQuery, KnownLicense, LastSeen,
    MasterKeys, RateLimiter, SealedKind, SealedValue, SeenTarget, StoreError, StoreLoad, TakeDone,
    TakeQuery, TenantErasure, ValidateDone, ValidateQuery, Validations,
};
use mintage_sql::Error;
use mintage_sql::postgres::last_seen::touch;
use mintage_sql::postgres::tables::access::last_seen;
use mintage_sql::postgres::tables::master_key;
use mintage_sql::postgres::tables::prune;
use mintage_sql::postgres::tables::sales::erasure;
use mintage_sql::postgres::tables::sellers::erasure as tenant_erasure;
use mintage_sql::postgres::validate;
use mintage_sql::worker::Held;

use crate::config::{OpenError, PostgresConfig};
use crate::connection::{Line, Source, pool};
use crate::error::{is_worth_another_try, store_error};
use crate::migrations::{self, NotApplied};
use crate::rates::{self, Rates};
use crate::reader::{self, Reading};
use crate::url::Url;
use crate::writer::Writer;
use crate::writers::Writers;

/// A store in a PostgreSQL database, which any number of nodes may share. Dropping it commits
/// what was submitted and answers what was asked, then closes its connections.
pub struct PostgresStore {
    writers: Writers,
    reader: Reading,
    rates: Rates,
    pool: Pool<Source>,
    patience: Duration,
}

impl PostgresStore {
    /// Connects to a database and brings its tables up to date; nodes that start at once take
    /// turns at that. A store that only reads changes nothing.
    pub fn open(url: &str, config: &PostgresConfig) -> Result<Self, OpenError> {
        let url = Url::parse(url, config.authorities.as_deref())?;
        let mut migrating = Source::migrations(&url, config)
            .link()
            .map_err(OpenError::Database)?;
        let migrated = if config.read_only {
            migrations::check(migrating.connection())
        } else {
            migrations::apply(migrating.connection())
        };
        migrated.map_err(|error| match error {
            NotApplied::Outdated => OpenError::Outdated,
            NotApplied::Newer(version) => OpenError::Newer(version),
            NotApplied::Failed(error) => OpenError::Migration(error.to_string()),
        })?;
        drop(migrating);
        let line = |source: Source| {
            let link = source.link().map_err(OpenError::Database)?;
            Ok(Line::new(source, link))
        };
        let writer = || {
            let line = line(Source::writer(&url, config))?;
            Writer::start(line, config.patience).map_err(OpenError::Thread)
        };
        let others = (1..config.writers).map(|_| writer());
        let writers = Writers::new(writer()?, others.collect::<Result<_, _>>()?);
        let reader = reader::start(line(Source::reader(&url, config))?, config.patience);
        let rates = rates::start(line(Source::rates(&url, config))?, config.patience);
        Ok(Self {
            writers,
            reader: reader.map_err(OpenError::Thread)?,
            rates: rates.map_err(OpenError::Thread)?,
            pool: pool(&url, config),
            patience: config.patience,
        })
    }

    fn link(&self) -> Result<PooledConnection<Source>, StoreError> {
        self.pool
            .get()
            .map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// Reads on a connection of the pool, and again on another if it turns out to be lost: after
    /// a restart of the database all may be.
    fn read<T>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let mut lost = 0;
        loop {
            let mut link = self.link()?;
            match link.work(&work) {
                Err(_) if link.is_lost() && lost < self.pool.max_size() => lost += 1,
                done => return done.map_err(store_error),
            }
        }
    }

    /// Does something in a transaction of its own; again if it had not begun, or was undone for
    /// the sake of another.
    fn write<T>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let mut tries = self.pool.max_size() + 4;
        loop {
            let mut begun = false;
            let mut link = self.link()?;
            let started = Instant::now();
            let done = link.work(|conn| {
                conn.transaction(|conn| {
                    begun = true;
                    work(conn)
                })
            });
            tries -= 1;
            let is_again = match &done {
                Err(_) if link.is_lost() => !begun,
                Err(Error::Database(error)) => {
                    is_worth_another_try(error, started.elapsed(), self.patience)
                }
                _ => false,
            };
            if !is_again || tries == 0 {
                return done.map_err(store_error);
            }
            drop(link);
            if begun {
                thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// Keeps the writers still until the guards are dropped, so that a test can fill a batch.
    #[doc(hidden)]
    pub fn hold_writer(&self) -> Vec<Held> {
        self.writers.hold()
    }

    /// Keeps the hot read still until the guard is dropped, so that a test can fill a batch.
    #[doc(hidden)]
    pub fn hold_reader(&self) -> Held {
        self.reader.hold()
    }

    /// Keeps the rate limiter still until the guard is dropped, so that a test can fill a batch.
    #[doc(hidden)]
    pub fn hold_rates(&self) -> Held {
        self.rates.hold()
    }

    /// Lets a test see the writers' statements.
    #[doc(hidden)]
    pub fn watch_writer(&self, watcher: impl Instrumentation + Clone) {
        for (writer, watcher) in self.writers.all().zip(iter::repeat(watcher)) {
            let _ = writer.call(|writer| watch(writer.line(), watcher));
        }
    }

    /// Lets a test see the statements of the hot read.
    #[doc(hidden)]
    pub fn watch_reader(&self, watcher: impl Instrumentation) {
        let _ = self.reader.call(|line| watch(line, watcher));
    }
}

fn watch(line: &mut Line, watcher: impl Instrumentation) {
    if let Ok(link) = line.link() {
        link.connection().set_instrumentation(watcher);
    }
}

mintage_sql::read_ports!(PostgresStore, postgres);
mintage_sql::outbox_ports!(PostgresStore, postgres);

impl Commit for PostgresStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        self.writers.submit(changes, done);
    }
}

impl Validations for PostgresStore {
    fn license_of_key(&self, key: &KeyQuery) -> Result<Option<KnownLicense>, StoreError> {
        self.read(|conn| validate::license_of_key(conn, key))
    }

    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone) {
        self.reader.submit(query, done);
    }
}

impl RateLimiter for PostgresStore {
    fn submit_take(&self, query: TakeQuery, done: TakeDone) {
        self.rates.submit(query, done);
    }
}

impl LastSeen for PostgresStore {
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError> {
        let seen = last_seen::LastSeenBuffer::of(seen);
        self.write(|conn| touch(conn, &seen))
    }

    fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError> {
        self.read(|conn| last_seen::last_used(conn, keys))
    }
}

impl MasterKeys for PostgresStore {
    fn canaries(&self) -> Result<Vec<Sealed>, StoreError> {
        self.read(master_key::canaries)
    }

    fn add_canary(&self, canary: &Sealed) -> Result<(), StoreError> {
        self.write(|conn| master_key::add_canary(conn, canary))
    }

    fn remove_canary(&self, key: &KeyId) -> Result<(), StoreError> {
        self.write(|conn| master_key::remove_canary(conn, key))
    }

    fn sealed_values(
        &self,
        kind: SealedKind,
        after: Option<&str>,
        n: usize,
    ) -> Result<Vec<SealedValue>, StoreError> {
        self.read(|conn| master_key::list(conn, kind, after, n))
    }

    fn reseal(&self, kind: SealedKind, values: &[(SealedValue, Sealed)]) -> Result<(), StoreError> {
        self.write(|conn| master_key::reseal(conn, kind, values))
    }
}

impl Erasures for PostgresStore {
    fn erase_customer(&self, erasure: &Erasure) -> Result<bool, StoreError> {
        self.write(|conn| erasure::erase(conn, erasure))
    }

    fn erase_tenant(&self, step: &TenantErasure) -> Result<Option<Cursor>, StoreError> {
        self.write(|conn| tenant_erasure::step(conn, step))
    }
}

impl Housekeeping for PostgresStore {
    fn prune(&self, kind: Prunable, until: Timestamp) -> Result<usize, StoreError> {
        self.write(|conn| prune::prune(conn, kind, until))
    }

    fn count_prunable(&self, kind: Prunable, until: Timestamp) -> Result<u64, StoreError> {
        self.read(|conn| prune::count(conn, kind, until))
    }

    /// The writers, the hot read, the rate limiter and the pool each answer.
    fn ready(&self) -> Result<(), StoreError> {
        self.writers.ask(answers)?;
        self.reader.ask(answers)??;
        self.rates.ask(answers)??;
        self.read(select_one)
    }

    fn load(&self) -> StoreLoad {
        let (pool, (batches, changes)) = (self.pool.state(), self.writers.work());
        StoreLoad {
            connections: pool.connections,
            idle_connections: pool.idle_connections,
            batches,
            batched: changes,
        }
    }
}

fn answers(line: &mut Line) -> Result<(), StoreError> {
    line.work(select_one)
}

fn select_one(conn: &mut PgConnection) -> Result<(), Error> {
    diesel::select(1.into_sql::<diesel::sql_types::Integer>()).execute(conn)?;
    Ok(())
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
