//! The store.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::Instrumentation;
use diesel::prelude::*;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::page::Cursor;
use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::rate_windows::RateWindows;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::{
    Commit, CommitDone, CommitError, Erasure, Erasures, Housekeeping, LastSeen, MAX_PRUNED_ROWS,
    MasterKeys, RateLimiter, SealedKind, SealedValue, SeenTarget, StoreError, StoreLoad, TakeDone,
    TakeQuery, TenantErasure,
};
use mintage_sql::sqlite::last_seen::touch;
use mintage_sql::sqlite::tables::access::last_seen;
use mintage_sql::sqlite::tables::master_key;
use mintage_sql::sqlite::tables::prune;
use mintage_sql::sqlite::tables::sales::erasure;
use mintage_sql::sqlite::tables::sellers::erasure as tenant_erasure;
use mintage_sql::worker::Held;

use crate::config::{OpenError, SqliteConfig};
use crate::connection::{self, Readers};
use crate::error::store_error;
use crate::files::make_private;
use crate::lock::ServerLock;
use crate::migrations::{self, NotApplied};
use crate::nonces::Nonces;
use crate::writer::{Writer, Writing};

/// A store in a SQLite file. Dropping it commits what was submitted, then closes the file.
pub struct SqliteStore {
    writer: Writing,
    readers: Readers,
    pub(crate) nonces: Mutex<Nonces>,
    rates: Mutex<RateWindows>,
    // Given back after the writer has stopped: fields are dropped in this order.
    _lock: Option<ServerLock>,
}

impl SqliteStore {
    /// Opens a database for a server, making it if it is not there, and brings its tables up to
    /// date. Only one server may have it open.
    pub fn open_server(path: &Path, config: &SqliteConfig) -> Result<Self, OpenError> {
        let lock = ServerLock::take(path)?;
        Self::open(path, config, Some(lock))
    }

    /// Opens a database for a command that writes a little beside a running server, or without
    /// one. Nonces are the server's: such a store must answer no signed call.
    pub fn open_tool(path: &Path, config: &SqliteConfig) -> Result<Self, OpenError> {
        Self::open(path, config, None)
    }

    /// Opens a database that is there and up to date, and changes nothing: all writes fail.
    pub fn open_read_only(path: &Path, config: &SqliteConfig) -> Result<Self, OpenError> {
        connection::url_of(path)?;
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let url = connection::read_only_url_of(path)?;
        let unusable = |error| OpenError::Database(path.to_owned(), error);
        let mut reading = connection::open_read_only(&url, config).map_err(unusable)?;
        migrations::check(&mut reading).map_err(|error| not_applied(path, error))?;
        let nonces = Nonces::new(config.nonces);
        Self::on(reading, &url, path, config, nonces, None)
    }

    /// Whether a database holds nothing that could be sealed: there is no file, or the file has
    /// neither a tenant nor proof of a master key.
    pub fn is_unused(path: &Path) -> Result<bool, OpenError> {
        if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
            return Ok(true);
        }
        let unusable = |error: String| OpenError::Database(path.to_owned(), error);
        let url = connection::url_of(path)?;
        let mut conn =
            SqliteConnection::establish(&url).map_err(|error| unusable(error.to_string()))?;
        connection::is_unused(&mut conn).map_err(|error| unusable(error.to_string()))
    }

    fn open(
        path: &Path,
        config: &SqliteConfig,
        lock: Option<ServerLock>,
    ) -> Result<Self, OpenError> {
        let url = connection::url_of(path)?;
        let unusable = |error| OpenError::Database(path.to_owned(), error);
        make_private(path).map_err(|error| unusable(error.to_string()))?;
        let nonces = match &lock {
            Some(_) => Nonces::kept(config.nonces, path),
            None => Ok(Nonces::new(config.nonces)),
        };
        let nonces = nonces.map_err(|error| unusable(error.to_string()))?;
        let mut writing = connection::open(&url, config).map_err(unusable)?;
        migrations::apply(&mut writing).map_err(|error| not_applied(path, error))?;
        Self::on(writing, &url, path, config, nonces, lock)
    }

    /// The store on a connection to a database that is up to date.
    fn on(
        connection: SqliteConnection,
        url: &str,
        path: &Path,
        config: &SqliteConfig,
        nonces: Nonces,
        lock: Option<ServerLock>,
    ) -> Result<Self, OpenError> {
        let unusable = |error| OpenError::Database(path.to_owned(), error);
        Ok(Self {
            writer: Writer::start(connection, url, config).map_err(OpenError::Thread)?,
            readers: connection::readers(url, config).map_err(unusable)?,
            nonces: Mutex::new(nonces),
            rates: Mutex::default(),
            _lock: lock,
        })
    }

    /// Reads on a connection of the pool.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, mintage_sql::Error>,
    ) -> Result<T, StoreError> {
        let mut connection = self
            .readers
            .get()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        work(&mut connection).map_err(store_error)
    }

    /// Writes on the writer's thread, in a transaction of its own.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, mintage_sql::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.call(|writer| writer.immediately(work))?
    }

    /// The first nonce of these changes that a validation has used up: what the writer cannot
    /// know, and a call that validates may have the very body of one that changes.
    fn used_to_validate<'a>(&self, changes: &'a Changes) -> Option<&'a Nonce> {
        let nonces = locked(&self.nonces);
        changes.nonces.iter().find(|nonce| nonces.is_used(nonce))
    }

    /// Keeps the writer still until the guard is dropped, so that a test can fill a batch.
    #[doc(hidden)]
    pub fn hold_writer(&self) -> Vec<Held> {
        vec![self.writer.hold()]
    }

    /// Lets a test see the writer's statements.
    #[doc(hidden)]
    pub fn watch_writer(&self, watcher: impl Instrumentation) {
        let _ = self
            .writer
            .call(|writer| writer.connection().set_instrumentation(watcher));
    }
}

mintage_sql::read_ports!(SqliteStore, sqlite);
mintage_sql::outbox_ports!(SqliteStore, sqlite);

impl Commit for SqliteStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        if let Some(used) = self.used_to_validate(&changes) {
            let refusal = Refusal::Exists(used.row());
            return done(Err(CommitError::Refused(refusal)));
        }
        self.writer.submit(changes, done);
    }
}

impl RateLimiter for SqliteStore {
    /// Takes in memory: one process has the database to itself.
    fn submit_take(&self, query: TakeQuery, done: TakeDone) {
        let TakeQuery { key, rate, n, now } = query;
        let take = locked(&self.rates).take(&key, rate, n, now);
        done(Ok(take));
    }
}

impl LastSeen for SqliteStore {
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError> {
        let seen = last_seen::LastSeenBuffer::of(seen);
        self.write(move |conn| touch(conn, &seen))
    }

    fn last_used(&self, keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError> {
        self.read(|conn| last_seen::last_used(conn, keys))
    }
}

impl MasterKeys for SqliteStore {
    fn canaries(&self) -> Result<Vec<Sealed>, StoreError> {
        self.read(master_key::canaries)
    }

    fn add_canary(&self, canary: &Sealed) -> Result<(), StoreError> {
        let canary = canary.clone();
        self.write(move |conn| master_key::add_canary(conn, &canary))
    }

    fn remove_canary(&self, key: &KeyId) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(move |conn| master_key::remove_canary(conn, &key))
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
        let values = values.to_vec();
        self.write(move |conn| master_key::reseal(conn, kind, &values))
    }
}

impl Erasures for SqliteStore {
    fn erase_customer(&self, erasure: &Erasure) -> Result<bool, StoreError> {
        let erasure = erasure.clone();
        self.write(move |conn| erasure::erase(conn, &erasure))
    }

    fn erase_tenant(&self, step: &TenantErasure) -> Result<Option<Cursor>, StoreError> {
        let step = step.clone();
        self.write(move |conn| tenant_erasure::step(conn, &step))
    }
}

impl Housekeeping for SqliteStore {
    /// Nonces of validations and rate windows are in memory, so those of the file are only a part of them.
    fn prune(&self, kind: Prunable, until: Timestamp) -> Result<usize, StoreError> {
        let rows = self.write(move |conn| prune::prune(conn, kind, until))?;
        let n = MAX_PRUNED_ROWS.saturating_sub(rows);
        Ok(rows
            + match kind {
                Prunable::Nonces => locked(&self.nonces).prune(until, n),
                Prunable::Rates => locked(&self.rates).prune(until, n),
                _ => 0,
            })
    }

    fn count_prunable(&self, kind: Prunable, until: Timestamp) -> Result<u64, StoreError> {
        let rows = self.read(move |conn| prune::count(conn, kind, until))?;
        Ok(rows
            + match kind {
                Prunable::Nonces => locked(&self.nonces).count_expired(until),
                Prunable::Rates => locked(&self.rates).count_over(until),
                _ => 0,
            })
    }

    fn load(&self) -> StoreLoad {
        let (pool, work) = (self.readers.state(), self.writer.work());
        StoreLoad {
            connections: pool.connections,
            idle_connections: pool.idle_connections,
            batches: work.batches(),
            batched: work.questions(),
        }
    }

    /// The writer and a reader each answer.
    fn ready(&self) -> Result<(), StoreError> {
        self.writer
            .ask(|writer| select_one(writer.connection()))?
            .map_err(store_error)?;
        self.read(select_one)
    }
}

fn not_applied(path: &Path, error: NotApplied) -> OpenError {
    let path = path.to_owned();
    match error {
        NotApplied::Outdated => OpenError::Outdated(path),
        NotApplied::Newer(version) => OpenError::Newer(path, version),
        NotApplied::Failed(error) => OpenError::Migration(path, error.to_string()),
    }
}

/// What a lock guards; no panic leaves it half changed.
fn locked<T>(guarded: &Mutex<T>) -> MutexGuard<'_, T> {
    guarded.lock().unwrap_or_else(PoisonError::into_inner)
}

fn select_one(conn: &mut SqliteConnection) -> Result<(), mintage_sql::Error> {
    diesel::select(1.into_sql::<diesel::sql_types::Integer>()).execute(conn)?;
    Ok(())
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
