//! One server a database: a lock file beside it.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::config::OpenError;
use crate::files::{beside, private};

/// The right to serve a database. The operating system takes it back when the process ends,
/// however it ends; the file stays and means nothing by itself.
#[derive(Debug)]
pub(crate) struct ServerLock {
    _file: File,
}

impl ServerLock {
    /// Takes the lock, or says that another server has it.
    pub(crate) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database, ".lock");
        let file = private()
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| OpenError::Lock(path.clone(), error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(OpenError::Lock(path, error)),
        }
    }
}
