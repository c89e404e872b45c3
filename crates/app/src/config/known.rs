//! All settings, with their defaults.

use std::path::PathBuf;

use super::secrets::secret_in;

/// A setting.
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// The text that counts if nothing is set; empty for none.
    pub(super) default: &'static str,
    pub(super) shown: Shown,
}

/// How much of a value may be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of it.
    Whole,
    /// All but the password and the parameters of a URL.
    Url,
    /// The prefix that says what kind of secret it is.
    Prefix,
    /// The ids of master keys.
    KeyIds,
}

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nothing is set.
    Default,
    /// A configuration file.
    File(PathBuf),
    /// A variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

const fn whole(name: &'static str, default: &'static str) -> Setting {
    Setting {
        name,
        default,
        shown: Shown::Whole,
    }
}

const fn secret(name: &'static str, shown: Shown) -> Setting {
    Setting {
        name,
        default: "",
        shown,
    }
}

/// Proxies on this machine: the default of `MINTAGE_LISTEN` can only be reached through one.
const LOOPBACK: &str = "127.0.0.0/8,::1/128";

pub(super) const SETTINGS: [Setting; 22] = [
    whole("MINTAGE_LISTEN", "127.0.0.1:8080"),
    whole("MINTAGE_PUBLIC_URL", ""),
    Setting {
        name: "DATABASE_URL",
        default: "sqlite://mintage.db",
        shown: Shown::Url,
    },
    secret("MINTAGE_MASTER_KEY", Shown::KeyIds),
    whole("MINTAGE_MASTER_KEY_FILE", ""),
    whole("MINTAGE_FEE_BPS", "50"),
    whole("MINTAGE_ALLOW_NETS", ""),
    whole("MINTAGE_TRUSTED_PROXIES", LOOPBACK),
    whole("MINTAGE_RATES", ""),
    whole("MINTAGE_RETENTION", ""),
    whole("MINTAGE_CA_FILE", ""),
    secret("MINTAGE_SMTP_URL", Shown::Url),
    whole("MINTAGE_MAIL_FROM", ""),
    whole("STRIPE_CONNECT_CLIENT_ID", ""),
    secret("STRIPE_SECRET_KEY", Shown::Prefix),
    secret("STRIPE_CONNECT_WEBHOOK_SECRET", Shown::Prefix),
    whole("STRIPE_SANDBOX_CONNECT_CLIENT_ID", ""),
    secret("STRIPE_SANDBOX_SECRET_KEY", Shown::Prefix),
    secret("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", Shown::Prefix),
    whole("STRIPE_API_URL", "https://api.stripe.com"),
    whole("STRIPE_CONNECT_URL", "https://connect.stripe.com"),
    whole("MINTAGE_METRICS_LISTEN", ""),
];

/// Variables whose names look like settings and are none: those of the client programs in the documents and
/// on `/docs`, those of the files in `deploy`, and those of tests.
const NO_SETTINGS: [&str; 9] = [
    "MINTAGE_URL",
    "MINTAGE_KEY_ID",
    "MINTAGE_KEY_SECRET",
    "MINTAGE_TOKEN",
    "MINTAGE_CHECKOUT_KEY",
    "MINTAGE_PUBLISHABLE_KEY",
    "MINTAGE_HOST",
    "MINTAGE_UPSTREAM",
    "MINTAGE_FUZZ_SECONDS",
];

pub(super) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// Whether a variable of the environment claims to be a setting.
pub(super) fn claims_to_be_a_setting(name: &str) -> bool {
    let is_for_crash_tests = cfg!(feature = "crash-points") && name.starts_with("MINTAGE_CRASH_");
    name.starts_with("MINTAGE_")
        && !is_for_crash_tests
        && !is_of_kubernetes(name)
        && !NO_SETTINGS.contains(&name)
}

/// Whether Kubernetes sets this variable, in every container beside a service whose name begins with
/// `mintage`: `MINTAGE_PORT`, `MINTAGE_METRICS_SERVICE_HOST`, `MINTAGE_DB_PORT_5432_TCP`.
fn is_of_kubernetes(name: &str) -> bool {
    let has_port_number = name
        .match_indices("_PORT_")
        .any(|(at, part)| name[at + part.len()..].starts_with(|c: char| c.is_ascii_digit()));
    name.ends_with("_PORT")
        || name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || has_port_number
}

/// What is wrong with a name that is no setting, and what its author may have meant.
pub(super) fn unknown(name: &str) -> String {
    let wanted = name.to_uppercase();
    let nearest = SETTINGS
        .iter()
        .map(|setting| (strsim::damerau_levenshtein(&wanted, setting.name), setting))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 4);
    match nearest {
        Some((_, setting)) => format!("is no setting of Mintage; did you mean {}?", setting.name),
        None => "is no setting of Mintage; the README lists all settings".to_owned(),
    }
}

impl Shown {
    /// The value without its secrets.
    pub(super) fn mask(self, value: &str) -> String {
        match self {
            // A secret that was put into the wrong setting is a secret nevertheless.
            Self::Whole if secret_in(value, 1).is_some() => MASK.to_owned(),
            Self::Whole => value.to_owned(),
            Self::Url => mask_url(value),
            Self::Prefix => {
                let prefix = value.rfind('_').map_or("", |end| &value[..=end]);
                let known = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"];
                let prefix = if known.contains(&prefix) { prefix } else { "" };
                format!("{prefix}{MASK}")
            }
            Self::KeyIds => {
                let keys = value
                    .split([',', '\n'])
                    .filter(|key| !key.trim().is_empty());
                let masked = keys.map(|key| match key.split_once(':') {
                    Some((id, _)) => format!("{}:{MASK}", id.trim()),
                    None => MASK.to_owned(),
                });
                masked.collect::<Vec<_>>().join(",")
            }
        }
    }
}

/// What stands for a secret.
const MASK: &str = "***";

/// A URL without its password and the values of its parameters. What is no URL may be a secret as a whole.
fn mask_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return MASK.to_owned();
    };
    // A password may have an unescaped `?`, and then no parameter can be told from it.
    if rest
        .split_once('?')
        .is_some_and(|(_, query)| query.contains('@'))
    {
        return format!("{scheme}://{MASK}");
    }
    let (place, query) = rest
        .split_once('?')
        .map_or((rest, None), |(place, query)| (place, Some(query)));
    // Up to the last `@`, so that a password with an unescaped one is masked as a whole.
    let place = match place.rsplit_once('@') {
        Some((login, host)) => match login.split_once(':') {
            Some((user, _)) => format!("{user}:{MASK}@{host}"),
            None => format!("{login}@{host}"),
        },
        None => place.to_owned(),
    };
    let parameters = query.map(|query| {
        let masked = query
            .split('&')
            .map(|parameter| match parameter.split_once('=') {
                Some((name, _)) if NO_SECRETS.contains(&name) => parameter.to_owned(),
                Some((name, _)) => format!("{name}={MASK}"),
                None => MASK.to_owned(),
            });
        format!("?{}", masked.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{place}{}", parameters.unwrap_or_default())
}

/// The parameters of URLs that hold no secret.
const NO_SECRETS: [&str; 9] = [
    "application_name",
    "connect_timeout",
    "host",
    "port",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "tls",
    "user",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_value_is_printed_without_its_secrets() {
        for (shown, value, printed) in [
            (Shown::Whole, "127.0.0.1:8080", "127.0.0.1:8080"),
            (Shown::Whole, "sk_live_51abc", "***"),
            (Shown::Url, "sqlite://mintage.db", "sqlite://mintage.db"),
            (Shown::Url, "postgres://u:p@h/d", "postgres://u:***@h/d"),
            (Shown::Url, "postgres://u:p@w@h/d", "postgres://u:***@h/d"),
            (
                Shown::Url,
                "postgres:///d?user=u&password=p&sslmode=require",
                "postgres:///d?user=u&password=***&sslmode=require",
            ),
            (
                Shown::Url,
                "smtp://u:p@h:587?tls=required",
                "smtp://u:***@h:587?tls=required",
            ),
            (Shown::Url, "postgres://u:pa?ss@h/d", "postgres://***"),
            (
                Shown::Url,
                "postgres://u:p?x=s@h/d?sslmode=require",
                "postgres://***",
            ),
            (
                Shown::Url,
                "postgres://h/d?sesame&host=h",
                "postgres://h/d?***&host=h",
            ),
            (Shown::Url, "sesame", "***"),
            (Shown::Prefix, "sk_test_51abc", "sk_test_***"),
            (Shown::Prefix, "whsec_a", "whsec_***"),
            (Shown::Prefix, "whsec_a_b", "***"),
            (Shown::Prefix, "se_same", "***"),
            (Shown::KeyIds, "k2:00, k1:ff", "k2:***,k1:***"),
            (Shown::KeyIds, "00ff", "***"),
        ] {
            assert_eq!(shown.mask(value), printed, "{value}");
        }
    }

    #[test]
    fn a_misspelt_setting_is_told_from_variables_of_others() {
        for (name, claims) in [
            ("MINTAGE_LISTENN", true),
            ("MINTAGE_X", true),
            ("MINTAGE_URL", false),
            ("MINTAGE_PORT_8080_TCP", false),
            ("MINTAGE_SERVICE_HOST", false),
            ("MINTAGE_METRICS_SERVICE_HOST", false),
            ("MINTAGE_METRICS_SERVICE_PORT_HTTP", false),
            ("MINTAGE_METRICS_PORT", false),
            ("MINTAGE_DB_PORT_5432_TCP_ADDR", false),
            ("MINTAGE_DB_PORT_X", true),
            ("STRIPE_API_KEY", false),
            ("PATH", false),
        ] {
            assert_eq!(claims_to_be_a_setting(name), claims, "{name}");
        }
        assert!(unknown("mintage_listenn").ends_with("did you mean MINTAGE_LISTEN?"));
        assert!(unknown("MINTAGE_WHATEVER_IT_IS").ends_with("the README lists all settings"));
    }

    #[test]
    fn every_variable_in_the_documents_is_a_setting_or_known_to_be_none() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut text = String::new();
        for place in [
            "README.md",
            "docs",
            "deploy",
            "crates/web/src/docs",
            "crates/web/templates",
        ] {
            read_all(&root.join(place), &mut text);
        }

        let words =
            text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let names: BTreeSet<&str> = words
            .filter(|word| word.starts_with("MINTAGE_") && !word.ends_with('_'))
            .collect();
        assert!(names.len() > 15, "the documents are found");
        for name in names {
            assert!(
                setting(name).is_some() || !claims_to_be_a_setting(name),
                "{name} would stop every command"
            );
        }
    }

    /// Adds the text of a file, or of all files in a directory, that are text.
    fn read_all(place: &Path, text: &mut String) {
        if place.is_dir() {
            for entry in fs::read_dir(place).expect("the directory is readable") {
                read_all(&entry.expect("the entry is readable").path(), text);
            }
        } else if let Ok(content) = fs::read_to_string(place) {
            text.push_str(&content);
        }
    }
}
