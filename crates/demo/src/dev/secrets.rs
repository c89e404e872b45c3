//! What is shown once and needed again at the next start, in a file beside the database.

use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::failure::{Failure, Outcome};
use crate::steps::validate::ApiKey;

/// The secrets of the seeded tenant. They open a simulated Stripe and nothing else.
pub(super) struct Secrets {
    pub(super) management_token: String,
    pub(super) checkout_key: String,
    pub(super) signing_secret: String,
    pub(super) api_key: ApiKey,
}

impl Secrets {
    /// Reads it, if it was saved.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what was saved.
    pub(super) fn load(path: &Path) -> Outcome<Option<Self>> {
        let name = path.display();
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::to(&format!("read {name}"))(error)),
        };
        let value = serde_json::from_slice(&text).unwrap_or_default();
        let secrets = Self::read(&value);
        let secrets = secrets.ok_or_else(|| Failure::new(format!("{name} is damaged")))?;
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

    /// Saves it, whole or not at all, for its owner's eyes only.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn save(&self, path: &Path) -> Outcome<()> {
        let body = json!({
            "managementToken": self.management_token,
            "checkoutKey": self.checkout_key,
            "signingSecret": self.signing_secret,
            "apiKeyId": self.api_key.id,
            "apiKeySecret": self.api_key.secret,
        });
        let parent = path.parent().unwrap_or(Path::new("."));
        // Such a file is its owner's alone from the start.
        let written = NamedTempFile::new_in(parent).and_then(|mut file| {
            writeln!(file, "{body:#}")?;
            file.persist(path).map_err(|error| error.error)
        });
        written
            .map(drop)
            .map_err(Failure::to(&format!("write {}", path.display())))
    }
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
    fn what_was_saved_is_loaded_and_only_its_owner_reads_it() {
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
    fn a_damaged_file_is_refused_and_not_taken_for_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("dev.json");
        for text in ["", "{", r#"{"managementToken":"mt_1"}"#] {
            fs::write(&path, text).expect("it can be written");
            let refused = Secrets::load(&path)
                .err()
                .map(|failure| failure.to_string());
            assert_eq!(refused, Some(format!("{} is damaged", path.display())));
        }
    }
}
