// Already written by the owner of the crate: leave this module as it is.
//! E-mail addresses, as far as a seller needs them: one to write to, and to know a buyer by.

use std::fmt;

/// An address, trimmed and in lower case: two spellings of it are one buyer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Reads an address: `local@domain`, 254 bytes at most, 64 before the `@`, a domain of
    /// labels. Whether it exists only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let local_fits = (1..=64).contains(&local.len())
            && local
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if text.len() <= 254 && local_fits && domain.split('.').all(is_label) {
            Ok(Self(text))
        } else {
            Err(InvalidEmail)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_an_address_are_one() {
        assert_eq!(Email::parse(" Alice@Example.COM "), Email::parse("alice@example.com"));
    }

    #[test]
    fn addresses_are_read_or_refused() {
        for good in ["a@b", "a.b+c@x.test", "o'neil@mail.example", "ä@münchen.example"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@b.test", "a".repeat(65));
        for bad in [
            "", "@", "a@", "@b", "a b@c", "a@b..c", "a@-b", "a@b c", ".a@b", "a..b@c", "a@b@c",
            "a\n@b", "<a>@b", "a@b.", &long,
        ] {
            assert_eq!(Email::parse(bad), Err(InvalidEmail), "{bad:?}");
        }
    }
}
