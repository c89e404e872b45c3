//! The URL of a database, checked before libpq reads it: what libpq says of a URL that it reads
//! otherwise than it was meant may quote a part of the password.

use std::fmt;
use std::path::Path;

use crate::config::OpenError;

/// A URL that libpq will read as it was meant. It does not print.
#[derive(Clone)]
pub(crate) struct Url(String);

/// The settings of libpq where the URL does not say them: the name of the connections, and how long libpq
/// tries one address and waits for a silent peer, so that a connection into a black hole is given up
/// after about 15 seconds. A setting that the URL has stays.
const DEFAULTS: [(&str, &str); 6] = [
    // How the connections are named in `pg_stat_activity`.
    ("application_name", "mintage"),
    // Seconds.
    ("connect_timeout", "5"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "3"),
    ("keepalives_count", "3"),
    // Milliseconds.
    ("tcp_user_timeout", "10000"),
];

impl Url {
    /// Reads `postgres://user:password@host:port/database?parameters`. The file of authorities counts if the
    /// parameters name none.
    pub(crate) fn parse(text: &str, authorities: Option<&Path>) -> Result<Self, OpenError> {
        let rest = ["postgres://", "postgresql://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or(OpenError::Url(
                "it starts with postgres:// or postgresql://",
            ))?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if rest.matches('@').count() > authority.matches('@').count().min(1) {
            return Err(OpenError::Url(
                "write the characters @ / ? # % in a user name, password or parameter as %40 %2F \
                 %3F %23 %25",
            ));
        }
        if rest.contains(['\0', ' ', '\n', '\t']) {
            return Err(OpenError::Url("write a space as %20"));
        }
        let parameters: Vec<(&str, &str)> = rest
            .split_once('?')
            .map_or("", |(_, query)| query)
            .split('&')
            .filter_map(|parameter| parameter.split_once('='))
            .collect();
        let value = |name| {
            parameters
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let demands_tls = |mode: &&str| matches!(*mode, "require" | "verify-ca" | "verify-full");
        if let Some(mode) = value("sslmode").filter(demands_tls)
            && !cfg!(feature = "tls")
        {
            return Err(OpenError::NoTls(mode.to_owned()));
        }
        let authorities = authorities.map(escaped).transpose()?;
        let authorities = authorities.as_deref().map(|path| ("sslrootcert", path));
        let mut url = text.to_owned();
        for (name, default) in DEFAULTS.into_iter().chain(authorities) {
            if value(name).is_none() {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.extend([name, "=", default]);
            }
        }
        Ok(Self(url))
    }

    /// The URL, for libpq.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Url(…)")
    }
}

/// A path as the value of a parameter.
fn escaped(path: &Path) -> Result<String, OpenError> {
    let path = path.to_str().ok_or(OpenError::Url(
        "the file of authorities must have a path that is UTF-8",
    ))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let escape = |byte: u8| match byte {
        byte if is_plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    Ok(path.bytes().map(escape).collect())
}

/// What libpq may be quoted with: these messages name the server, never the password.
pub(crate) fn quotable(message: &str) -> String {
    const KNOWN: [&str; 4] = [
        "connection to server",
        "could not translate host name",
        "sslmode value",
        "FATAL:",
    ];
    if KNOWN
        .iter()
        .any(|known| message.trim_start().starts_with(known))
    {
        message.trim().to_owned()
    } else {
        "PostgreSQL's client library does not take the URL; is each part of it as it should be?"
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_or_refused_with_a_sentence_that_holds_no_password() {
        for (text, fine) in [
            ("postgres://u:p@h:5432/db", true),
            ("postgresql:///db?user=test&host=/run/pg", true),
            ("postgres://h", true),
            ("postgres://u:p%40w@h/db?sslmode=disable", true),
            ("mysql://u:sesame@h/db", false),
            ("u:sesame@h", false),
            ("postgres://u:p@sesame@h/db", false),
            ("postgres://u:p/sesame@h/db", false),
            ("postgres://u:p?sesame@h/db", false),
            ("postgres://u:sesame@h/d b", false),
        ] {
            match Url::parse(text, None) {
                Ok(url) => {
                    assert!(fine, "{text}");
                    assert_eq!(format!("{url:?}"), "Url(…)");
                }
                Err(error) => {
                    assert!(!fine, "{text}: {error}");
                    assert!(!error.to_string().contains("sesame"), "{error}");
                }
            }
        }
    }

    #[test]
    fn a_timeout_is_added_where_none_is_given() {
        const REST: &str = "keepalives_idle=5&keepalives_interval=3&keepalives_count=3\
                            &tcp_user_timeout=10000";
        for (text, told) in [
            (
                "postgres://h",
                "postgres://h?application_name=mintage&connect_timeout=5&",
            ),
            (
                "postgres://h?user=u",
                "postgres://h?user=u&application_name=mintage&connect_timeout=5&",
            ),
            (
                "postgres://h?connect_timeout=9",
                "postgres://h?connect_timeout=9&application_name=mintage&",
            ),
        ] {
            let url = Url::parse(text, None).expect("a URL");
            assert_eq!(url.expose(), format!("{told}{REST}"));
        }
    }

    #[test]
    fn a_file_of_authorities_is_named_unless_the_url_names_one() {
        let authorities = Path::new("/etc/my ca.pem");
        for (text, named) in [
            ("postgres://h", "&sslrootcert=/etc/my%20ca.pem"),
            ("postgres://h?sslrootcert=system", "?sslrootcert=system&"),
        ] {
            let url = Url::parse(text, Some(authorities)).expect("a URL");
            assert!(url.expose().contains(named), "{}", url.expose());
            assert_eq!(url.expose().matches("sslrootcert").count(), 1);
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn a_url_that_demands_tls_is_refused_by_a_build_without_it() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let refused = Url::parse(&format!("postgres://u:sesame@h/db?sslmode={mode}"), None);
            let sentence = refused.expect_err("no TLS here").to_string();
            assert!(
                sentence.contains(mode) && !sentence.contains("sesame"),
                "{sentence}"
            );
        }
        assert!(Url::parse("postgres://h/db?sslmode=prefer", None).is_ok());
    }

    #[test]
    fn only_known_messages_are_quoted() {
        assert_eq!(
            quotable("connection to server at \"h\" failed\n"),
            "connection to server at \"h\" failed"
        );
        assert!(!quotable("invalid port number: \"sesame\"").contains("sesame"));
    }
}
