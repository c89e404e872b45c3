//! The master key: set by the operator, or created on the first start next to an embedded database.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_sqlite::SqliteStore;
use ring::rand::{SecureRandom, SystemRandom};

use super::database::Database;
use super::error::ConfigError;
use super::layers::Layers;

const VARIABLE: &str = "MINTAGE_MASTER_KEY";
const FILE_VARIABLE: &str = "MINTAGE_MASTER_KEY_FILE";

/// The keys, and the file that they were read from.
#[derive(Debug)]
pub struct Keys {
    /// The keys. The first one seals secrets, and all of them open them.
    pub ring: KeyRing,
    /// The file that the keys were read from; `None` for keys in a variable.
    pub file: Option<PathBuf>,
}

/// What happens without the key file beside a SQLite database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFile {
    /// The file is created if the database is new.
    CreateIfNew,
    /// Nothing is created.
    MustExist,
}

/// Reads the keys, which are separated by commas or line breaks.
pub fn read_keys(layers: &Layers, database: &Database, file: KeyFile) -> Result<Keys, ConfigError> {
    if let Some(text) = layers.get(VARIABLE) {
        let ring = ring(VARIABLE, text)?;
        return Ok(Keys { ring, file: None });
    }
    let path = match (layers.get(FILE_VARIABLE), database) {
        (Some(path), _) => PathBuf::from(path),
        (None, Database::Sqlite(database)) => {
            let path = key_file_of(database);
            match file {
                _ if path.exists() => {}
                KeyFile::CreateIfNew => create_beside(database, &path)?,
                KeyFile::MustExist => {
                    return Err(refuse(format!(
                        "the key file {} is missing: a server creates it with a new database; for \
                         a database that is in use, restore it",
                        path.display()
                    )));
                }
            }
            path
        }
        (None, Database::Postgres(_)) => {
            return Err(ConfigError::new(
                VARIABLE,
                "must be set with PostgreSQL, the same on every server: 32 random bytes in hex, \
                 from `openssl rand -hex 32`",
            ));
        }
    };
    let ring = ring(FILE_VARIABLE, &read_file(&path)?)?;
    Ok(Keys {
        ring,
        file: Some(path),
    })
}

/// Creates the key file of a new database. The lost key of a used database is not replaced: the new key
/// would open none of its secrets.
fn create_beside(database: &Path, path: &Path) -> Result<(), ConfigError> {
    let is_unused = SqliteStore::is_unused(database)
        .map_err(|error| ConfigError::new("DATABASE_URL", error.to_string()))?;
    if is_unused {
        return create(path);
    }
    // Another process may have created both meanwhile.
    if path.exists() {
        return Ok(());
    }
    Err(ConfigError::new(
        FILE_VARIABLE,
        format!(
            "the key file {} is missing, and the secrets in {} are sealed with its key: restore the \
             file, or set {VARIABLE}",
            path.display(),
            database.display()
        ),
    ))
}

/// Puts a new key in front of the keys of a file. Returns the id of the new key.
pub(crate) fn add_key(path: &Path, ring: &KeyRing) -> Result<String, ConfigError> {
    let id = next_id(ring)?;
    let old = read_file(path)?;
    let text = format!("{id}:{}\n{}\n", new_key()?, old.trim());
    replace(path, &text)
        .map_err(|error| refuse(format!("cannot replace {}: {error}", path.display())))?;
    Ok(id)
}

/// An id that no key of the ring has: `k` and the number after the highest.
fn next_id(ring: &KeyRing) -> Result<String, ConfigError> {
    let numbers = ring
        .ids()
        .filter_map(|id| id.as_str().strip_prefix('k')?.parse().ok());
    let highest: u32 = numbers.max().unwrap_or(0);
    let next = highest.checked_add(1).ok_or_else(|| {
        refuse(format!(
            "the id k{highest} is the last one: give this key a lower number that no other key has had"
        ))
    })?;
    Ok(format!("k{next}"))
}

/// Replaces a key file as a whole. Who could read the old file can read the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let temporary = temporary(path);
    let replaced = std::fs::metadata(path).and_then(|old| {
        let file = write_new(&temporary, text)?;
        // An operator may rotate as root what a server reads as another user.
        fchown(&file, Some(old.uid()), Some(old.gid()))?;
        file.set_permissions(old.permissions())?;
        std::fs::rename(&temporary, path)
    });
    if replaced.is_err() {
        // The temporary file is a second copy of the keys. The first error says more than one of this.
        let _ = std::fs::remove_file(&temporary);
    }
    replaced?;
    sync_directory_of(path)
}

/// Waits until the name of a file is on the disk, which the content alone would not keep.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

pub(super) fn key_file_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".key");
    name.into()
}

fn ring(variable: &'static str, text: &str) -> Result<KeyRing, ConfigError> {
    let mut keys = text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(MasterKey::parse)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ConfigError::new(variable, error.to_string()))?;
    if keys.is_empty() {
        return Err(ConfigError::new(variable, "contains no key"));
    }
    let primary = keys.remove(0);
    KeyRing::new(primary, keys).map_err(|error| ConfigError::new(variable, error.to_string()))
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        ConfigError::new(
            FILE_VARIABLE,
            format!("cannot read {}: {error}", path.display()),
        )
    })
}

fn refuse(reason: String) -> ConfigError {
    ConfigError::new(FILE_VARIABLE, reason)
}

/// 32 random bytes in hex.
fn new_key() -> Result<String, ConfigError> {
    let mut key = [0; 32];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| refuse("the operating system provides no randomness".into()))?;
    Ok(HEXLOWER.encode(&key))
}

/// A file beside the key file, for this process.
fn temporary(path: &Path) -> PathBuf {
    path.with_extension(format!("key.{}", std::process::id()))
}

/// Writes a file that only its owner can read, and that did not exist.
fn write_new(path: &Path, text: &str) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(file)
}

/// Creates a key file that only its owner can read. If two servers start at once, one of them creates the
/// file and both read it.
fn create(path: &Path) -> Result<(), ConfigError> {
    let text = format!("k1:{}\n", new_key()?);
    // The key is written to another file and linked into place, so that no server reads half a key.
    let temporary = temporary(path);
    let created = write_new(&temporary, &text)
        .and_then(|_| std::fs::hard_link(&temporary, path))
        .and_then(|()| sync_directory_of(path));
    // The temporary file is a second copy of the key.
    let removed = std::fs::remove_file(&temporary);
    match created {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(refuse(format!("cannot create {}: {error}", path.display())))
        }
        _ => removed
            .map_err(|error| refuse(format!("cannot remove {}: {error}", temporary.display()))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown};

    use super::*;

    fn key_of(id: &str, digit: &str) -> String {
        format!("{id}:{}", digit.repeat(64))
    }

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).expect("a directory");
        let names = entries.map(|it| it.expect("an entry").file_name());
        names.map(|it| it.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_rotated_file_keeps_its_keys_its_owner_and_who_may_read_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("mintage.key");
        std::fs::write(&path, key_of("k7", "a")).expect("a file");
        // Only root may give a file away; another user tests the permissions alone.
        let _ = chown(&path, Some(12_345), Some(23_456));
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("permissions");
        let access = || {
            let of = std::fs::metadata(&path).expect("the file");
            (of.uid(), of.gid(), of.mode())
        };
        let before = access();
        let old = ring(FILE_VARIABLE, &key_of("k7", "a")).expect("a ring");
        assert_eq!(add_key(&path, &old), Ok("k8".to_owned()));
        assert_eq!(access(), before);
        assert_eq!(names_in(directory.path()), ["mintage.key"]);
        let rotated = read_file(&path).expect("the file");
        let rotated = ring(FILE_VARIABLE, &rotated).expect("a ring");
        let ids: Vec<_> = rotated.ids().map(ToString::to_string).collect();
        assert_eq!(ids, ["k8", "k7"]);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_no_copy_of_the_keys() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("mintage.key");
        // No file can take the place of a directory.
        std::fs::create_dir(&path).expect("a directory");
        assert!(replace(&path, "k1:").is_err());
        assert_eq!(names_in(directory.path()), ["mintage.key"]);
    }

    #[test]
    fn after_the_last_number_no_id_is_given_twice() {
        for (ids, next) in [
            (["k1", "default"], Ok("k2".to_owned())),
            (["old", "default"], Ok("k1".to_owned())),
            (["k4294967294", "k3"], Ok("k4294967295".to_owned())),
            (["k4294967295", "k3"], Err(())),
        ] {
            let text = format!("{}\n{}", key_of(ids[0], "a"), key_of(ids[1], "b"));
            let ring = ring(FILE_VARIABLE, &text).expect("a ring");
            assert_eq!(next_id(&ring).map_err(drop), next, "{ids:?}");
        }
    }
}
