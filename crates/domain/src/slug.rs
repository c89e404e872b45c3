// Already written by the owner of the crate: leave this module as it is.
//! Slugs: the names of tenants, products and key types in URLs and metadata.

use std::fmt;

/// Why a text is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSlug {
    /// Too short or too long, or a character out of place.
    #[error(
        "a slug has lower-case letters, digits and dashes, starts with a letter or digit, \
         and has {min} to 32 characters"
    )]
    Shape {
        /// The least number of characters.
        min: usize,
    },
    /// The word is part of a URL of the server's own.
    #[error("this word is reserved")]
    Reserved,
}

/// Words that are paths, or hosts, of a server's own.
const RESERVED: [&str; 27] = [
    "admin", "api", "app", "assets", "auth", "buy", "connect", "dashboard", "docs", "healthz",
    "help", "login", "logout", "metrics", "mintage", "new", "openapi", "portal", "readyz",
    "settings", "signup", "static", "status", "stripe", "support", "webhooks", "www",
];

fn is_slug(text: &str, min: usize) -> bool {
    (min..=32).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! slugs {
    ($($(#[$doc:meta])* $name:ident, $min:literal, $reserved:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a slug; nothing is trimmed or folded.
            pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
                let reserved: &[&str] = $reserved;
                if !is_slug(text, $min) {
                    Err(InvalidSlug::Shape { min: $min })
                } else if reserved.contains(&text) {
                    Err(InvalidSlug::Reserved)
                } else {
                    Ok(Self(text.to_owned()))
                }
            }

            /// The slug.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSlug;
            fn try_from(text: String) -> Result<Self, InvalidSlug> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(slug: $name) -> String {
                slug.0
            }
        }
    )*};
}

slugs! {
    /// A tenant's slug: 3 to 32 characters, no reserved word.
    TenantId, 3, &RESERVED;
    /// A product's slug, unique in its tenant: 1 to 32 characters.
    ProductId, 1, &[];
    /// A key type's slug, unique in its product: 1 to 32 characters. KeyStack's `planCode`.
    KeyTypeId, 1, &[];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_read_as_they_stand_or_refused() {
        for (text, tenant, product) in [
            ("acme", true, true),
            ("a-1", true, true),
            ("0ad", true, true),
            ("ab", false, true),
            ("", false, false),
            ("-acme", false, false),
            ("Acme", false, false),
            ("ac me", false, false),
            ("acmé", false, false),
            ("acme\n", false, false),
            ("stripe", false, true),
            ("a2345678901234567890123456789012", true, true),
            ("a23456789012345678901234567890123", false, false),
        ] {
            assert_eq!(TenantId::parse(text).is_ok(), tenant, "tenant {text:?}");
            assert_eq!(ProductId::parse(text).is_ok(), product, "product {text:?}");
        }
    }

    #[test]
    fn a_reserved_word_is_told_apart_from_a_bad_shape() {
        assert_eq!(TenantId::parse("api"), Err(InvalidSlug::Reserved));
        assert_eq!(TenantId::parse("A"), Err(InvalidSlug::Shape { min: 3 }));
    }
}
