//! The secrets that the server shows only once and the next start needs, in a file beside the database.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::step_error::{StepError, StepResult};
use crate::steps::validate::ApiKey;

/// The secrets of the tenant that `mintage dev` creates. They are of use only with the simulated Stripe.
pub(super) struct Secrets {
    pub(super) management_token: String,
    pub(super) checkout_key: String,
    pub(super) signing_secret: String,
    pub(super) api_key: ApiKey,
}

impl Secrets {
    /// Reads the file; `None` if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub(super) fn load(path: &Path) -> StepResult<Option<Self>> {
        let name = path.display();
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StepError::cannot(&format!("read {name}"))(error)),
        };
        let value = serde_json::from_slice(&text).unwrap_or_default();
        let secrets = Self::read(&value);
        let secrets = secrets.ok_or_else(|| StepError::new(format!("{name} is damaged")))?;
        Ok(Some(secrets))
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name| value[name].as_str().map(str::to_owned);
        Some(Self {
            management_token: text("managementToken")?,
            checkout_key: text("checkoutKey")?,
            signing_secret: text("signingSecret")?,
            api_key: ApiKey {
                id: text("apiKeyId")?,
                secret: text("apiKeySecret")?,
            },
        })
    }

    /// Writes the file, whole or not at all, readable only by its owner.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn save(&self, path: &Path) -> StepResult<()> {
        let body = json!({
            "managementToken": self.management_token,
            "checkoutKey": self.checkout_key,
            "signingSecret": self.signing_secret,
            "apiKeyId": self.api_key.id,
            "apiKeySecret": self.api_key.secret,
        });
        write_private(path, &format!("{body:#}"))
            .map_err(StepError::cannot(&format!("write {}", path.display())))
    }
}

/// Writes a file, whole or not at all, readable only by its owner.
pub(super) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    // A `NamedTempFile` is readable only by its owner from the start.
    let mut file = NamedTempFile::new_in(parent.unwrap_or(Path::new(".")))?;
    writeln!(file, "{text}")?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::{ApiKey, Secrets};

    fn secrets() -> Secrets {
        Secrets {
            management_token: "mt_1".into(),
            checkout_key: "ck".into(),
            signing_secret: "whsec_1".into(),
            api_key: ApiKey {
                id: "ak_1".into(),
                secret: "aks_1".into(),
            },
        }
    }

    #[test]
    fn saved_secrets_are_loaded_and_only_their_owner_can_read_them() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("dev.json");
        assert!(Secrets::load(&path).expect("nothing is no error").is_none());
        secrets().save(&path).expect("it can be written");
        let loaded = Secrets::load(&path)
            .expect("it is sound")
            .expect("it is there");
        assert_eq!(loaded.checkout_key, "ck");
        assert_eq!(loaded.api_key.secret, "aks_1");
        let mode = fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_missing_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("dev.json");
        for text in ["", "{", r#"{"managementToken":"mt_1"}"#] {
            fs::write(&path, text).expect("it can be written");
            let refused = Secrets::load(&path).err().map(|error| error.to_string());
            assert_eq!(refused, Some(format!("{} is damaged", path.display())));
        }
    }
}
