//! Slugs: the ids of tenants, products and key types, as used in URLs.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::text_newtype::string_conversions;

/// Slugs that no tenant may have: the server's own paths, and words that would make a tenant's URL
/// look like one of the server's own pages.
const RESERVED: &[&str] = &[
    "account",
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "buy",
    "callback",
    "checkout",
    "connect",
    "dashboard",
    "docs",
    "health",
    "healthz",
    "login",
    "logout",
    "metrics",
    "mintage",
    "oauth",
    "openapi",
    "portal",
    "public",
    "readyz",
    "signin",
    "signup",
    "static",
    "status",
    "stripe",
    "support",
    "v1",
    "v2",
    "webhook",
    "webhooks",
    "well-known",
    "www",
];

/// Why a text is not a valid slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidSlug {
    /// The length is wrong, or a character is not allowed.
    #[error(
        "must have {least} to 32 characters of a-z, 0-9 and -, starting with a letter or a digit"
    )]
    Shape {
        /// The smallest allowed length, in characters.
        least: usize,
    },
    /// The word is reserved for the server.
    #[error("this word is reserved")]
    Reserved,
}

fn check(text: &str, least: usize) -> Result<(), InvalidSlug> {
    let is_alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_valid = (least..=32).contains(&text.len())
        && text.bytes().all(|b| is_alphanumeric(b) || b == b'-')
        && text.bytes().next().is_some_and(is_alphanumeric);
    if is_valid {
        Ok(())
    } else {
        Err(InvalidSlug::Shape { least })
    }
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, least $least:literal, reserved $reserved:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a slug.
            pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
                check(text, $least)?;
                let reserved: &[&str] = $reserved;
                if reserved.contains(&text) {
                    return Err(InvalidSlug::Reserved);
                }
                Ok(Self(text.to_owned()))
            }

            /// The slug as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        string_conversions! { $name, InvalidSlug; }
    };
}

slug! {
    /// Id of a tenant, which is a seller's account: `^[a-z0-9][a-z0-9-]{2,31}$`, except reserved
    /// words.
    TenantId, least 3, reserved RESERVED
}

slug! {
    /// Id of a product, unique within its tenant: `^[a-z0-9][a-z0-9-]{0,31}$`.
    ProductId, least 1, reserved &[]
}

slug! {
    /// Id of a key type (KeyStack's `planCode`), unique within its product:
    /// `^[a-z0-9][a-z0-9-]{0,31}$`.
    KeyTypeId, least 1, reserved &[]
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_have_their_shape() {
        let long = "a".repeat(32);
        let too_long = "a".repeat(33);
        for (text, tenant, product) in [
            ("acme", true, true),
            ("4ever-pro", true, true),
            ("abc", true, true),
            ("a--", true, true),
            (long.as_str(), true, true),
            ("ab", false, true),
            ("a", false, true),
            ("", false, false),
            ("-acme", false, false),
            ("Acme", false, false),
            ("ac me", false, false),
            ("ac_me", false, false),
            ("acmé", false, false),
            ("acme\n", false, false),
            (too_long.as_str(), false, false),
        ] {
            let shape = |valid: bool, least| {
                if valid {
                    None
                } else {
                    Some(InvalidSlug::Shape { least })
                }
            };
            assert_eq!(TenantId::parse(text).err(), shape(tenant, 3), "{text}");
            assert_eq!(ProductId::parse(text).err(), shape(product, 1), "{text}");
            assert_eq!(KeyTypeId::parse(text).err(), shape(product, 1), "{text}");
        }
    }

    #[test]
    fn no_tenant_bears_a_reserved_word() {
        for word in ["api", "stripe", "dashboard", "healthz", "www", "webhooks"] {
            assert_eq!(TenantId::parse(word), Err(InvalidSlug::Reserved), "{word}");
            assert!(ProductId::parse(word).is_ok(), "{word}");
        }
        for word in RESERVED {
            assert!(TenantId::parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn is_serialized_as_text_and_checked_when_read() {
        let tenant: TenantId = serde_json::from_str("\"acme\"").unwrap();
        assert_eq!(serde_json::to_string(&tenant).unwrap(), "\"acme\"");
        assert_eq!(format!("{tenant} {tenant:?}"), "acme TenantId(acme)");
        for json in ["\"stripe\"", "\"A\"", "1", "null"] {
            assert!(serde_json::from_str::<TenantId>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn every_text_of_the_shape_is_a_name_and_kept_as_it_is(text in "[a-z0-9][a-z0-9-]{0,31}") {
            prop_assert_eq!(ProductId::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn no_other_text_is_a_name(text in "[a-zA-Z0-9-]{0,5}[^a-z0-9-][a-z0-9-]{0,5}") {
            prop_assert!(ProductId::parse(&text).is_err());
        }
    }
}
