//! One server a database: a lock file beside it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::config::OpenError;

/// The right to serve a database. The operating system takes it back when the process ends,
/// however it ends; the file stays and means nothing by itself.
#[derive(Debug)]
pub(crate) struct ServerLock {
    _file: File,
}

impl ServerLock {
    /// Takes the lock, or says that another server has it.
    pub(crate) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database);
        let file = File::options()
            .create(true)
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

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}
