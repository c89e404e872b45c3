//! The master key: set by the operator, or created on the first start next to an embedded database.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use ring::rand::{SecureRandom, SystemRandom};

use super::database::Database;
use super::error::ConfigError;
use super::layers::Layers;

const VARIABLE: &str = "MINTAGE_MASTER_KEY";
const FILE_VARIABLE: &str = "MINTAGE_MASTER_KEY_FILE";

/// Reads the keys, which are separated by commas or line breaks. The first key seals secrets, and all keys
/// open them.
pub(super) fn read(layers: &Layers, database: &Database) -> Result<KeyRing, ConfigError> {
    if let Some(text) = layers.get(VARIABLE) {
        return ring(VARIABLE, text);
    }
    if let Some(path) = layers.get(FILE_VARIABLE) {
        return ring(FILE_VARIABLE, &read_file(Path::new(path))?);
    }
    match database {
        Database::Sqlite(path) => {
            let path = key_file_of(path);
            if !path.exists() {
                create(&path)?;
            }
            ring(FILE_VARIABLE, &read_file(&path)?)
        }
        Database::Postgres(_) => Err(ConfigError::new(
            VARIABLE,
            "must be set with PostgreSQL, the same on every server: 32 random bytes in hex, \
             from `openssl rand -hex 32`",
        )),
    }
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

/// Creates a key file that only its owner can read. If two servers start at once, one of them creates the
/// file and both read it.
fn create(path: &Path) -> Result<(), ConfigError> {
    let refuse = |reason: String| ConfigError::new(FILE_VARIABLE, reason);
    let mut key = [0; 32];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| refuse("the operating system provides no randomness".into()))?;
    let hex = HEXLOWER.encode(&key);
    // The key is written to another file and linked into place, so that no server reads half a key.
    let temporary = path.with_extension(format!("key.{}", std::process::id()));
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| {
            writeln!(file, "k1:{hex}")?;
            file.sync_all()
        })
        .and_then(|()| std::fs::hard_link(&temporary, path));
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
