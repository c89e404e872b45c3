//! The master key: set by the operator, or created on the first start next to an embedded database.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
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
pub(super) struct Keys {
    pub(super) ring: KeyRing,
    /// `None` for keys in a variable.
    pub(super) file: Option<PathBuf>,
}

/// Reads the keys, which are separated by commas or line breaks. The first key seals secrets, and all keys
/// open them.
pub(super) fn read(layers: &Layers, database: &Database) -> Result<Keys, ConfigError> {
    if let Some(text) = layers.get(VARIABLE) {
        let ring = ring(VARIABLE, text)?;
        return Ok(Keys { ring, file: None });
    }
    let path = match (layers.get(FILE_VARIABLE), database) {
        (Some(path), _) => PathBuf::from(path),
        (None, Database::Sqlite(database)) => {
            let path = key_file_of(database);
            if !path.exists() {
                create_beside(database, &path)?;
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
    let numbers = ring
        .ids()
        .filter_map(|id| id.as_str().strip_prefix('k')?.parse().ok());
    let next = numbers.max().unwrap_or(0_u32).saturating_add(1);
    let id = format!("k{next}");
    let old = read_file(path)?;
    let text = format!("{id}:{}\n{}\n", new_key()?, old.trim());
    let temporary = temporary(path);
    let written = write_new(&temporary, &text).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| refuse(format!("cannot replace {}: {error}", path.display())))?;
    Ok(id)
}

fn key_file_of(database: &Path) -> PathBuf {
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
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Creates a key file that only its owner can read. If two servers start at once, one of them creates the
/// file and both read it.
fn create(path: &Path) -> Result<(), ConfigError> {
    let text = format!("k1:{}\n", new_key()?);
    // The key is written to another file and linked into place, so that no server reads half a key.
    let temporary = temporary(path);
    let created = write_new(&temporary, &text).and_then(|()| std::fs::hard_link(&temporary, path));
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
