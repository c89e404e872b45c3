//! The files of a database, which only their owner may read.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Read and write for the owner, nothing for others.
const MODE: u32 = 0o600;

/// Options that create a file for the owner only.
pub(crate) fn private() -> OpenOptions {
    let mut options = File::options();
    options.create(true).mode(MODE);
    options
}

/// Creates the file of a database if there is none, and takes the files of a database away from all but
/// their owner. SQLite gives its other files the permissions of the first.
pub(crate) fn make_private(database: &Path) -> io::Result<()> {
    // A file that is there is not opened: closing it would give up the locks that SQLite has on it in
    // this process.
    match private().create_new(true).write(true).open(database) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let path = beside(database, suffix);
        let Ok(known) = fs::metadata(&path) else {
            continue;
        };
        if known.permissions().mode() & 0o077 != 0 {
            // Who is not the owner cannot change the file, and may still use it.
            let _ = fs::set_permissions(&path, Permissions::from_mode(MODE));
        }
    }
    Ok(())
}

/// The path of a file whose name begins with that of the database.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
