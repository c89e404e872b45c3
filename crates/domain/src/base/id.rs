//! Typed ids: ours, made from time and randomness, and Stripe's, taken as they come.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use crate::base::mode::Mode;
use crate::base::time::Timestamp;

/// Why a text is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    /// The kind of id that was expected, in words.
    pub kind: &'static str,
}

/// Crockford's base32 in lower case: ids sort by time and read well aloud.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    spec.encoding()
        .unwrap_or_else(|_| unreachable!("32 distinct symbols are an encoding"))
});

/// 48 bits of milliseconds, then 80 random bits, as 26 symbols that sort by time of making.
fn sortable(now: Timestamp, random: [u8; 10]) -> String {
    let millis = u64::try_from(now.as_micros().div_euclid(1000)).unwrap_or(0);
    let mut bytes = [0u8; 16];
    let (time, rest) = bytes.split_at_mut(6);
    time.copy_from_slice(millis.to_be_bytes().get(2..).unwrap_or(&[0; 6]));
    rest.copy_from_slice(&random);
    BASE32.encode(&bytes)
}

fn is_id(text: &str, prefixes: &[&str]) -> bool {
    let mut rests = prefixes.iter().filter_map(|it| text.strip_prefix(it));
    text.len() <= 255
        && rests.any(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal $(or $other:literal)?, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What an id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id: its prefix, then ASCII letters, digits, `_` or `-`; 255 bytes at most.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if is_id(text, &[$prefix $(, $other)?]) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { kind: $kind })
                }
            }

            /// The id as it is written.
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
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
}

macro_rules! made_here {
    ($($name:ident)*) => {$(
        impl $name {
            /// A fresh id: sorts by `now`, unguessable by `random`.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(format!("{}{}", Self::PREFIX, sortable(now, random)))
            }
        }
    )*};
}

ids! {
    /// One paid (or to be paid) Stripe session or invoice.
    OrderId, "ord_", "order";
    /// A license.
    LicenseId, "lic_", "license";
    /// A device on a license.
    ActivationId, "act_", "activation";
    /// A buyer, per tenant and mode.
    CustomerId, "cus_", "customer";
    /// A management token's public id (never the token itself).
    TokenId, "tok_", "management token";
    /// An API key as callers present it: `ak_live_…` or `ak_test_…` if it has a secret besides,
    /// `pub_live_…` or `pub_test_…` if it is publishable.
    ApiKeyId, "ak_" or "pub_", "API key";
    /// An outbound event and its delivery: the receiver's key for deduplication.
    DeliveryId, "dlv_", "delivery";
    /// A license's key on its way to its buyer by mail.
    MailId, "eml_", "mail";
    /// One entry of the audit trail.
    AuditId, "aud_", "audit entry";
    /// One committed set of changes.
    CommitId, "cmt_", "commit";
    /// A Stripe account.
    StripeAccountId, "acct_", "Stripe account";
    /// A Stripe Checkout session.
    SessionId, "cs_", "Checkout session";
    /// A Stripe event.
    StripeEventId, "evt_", "Stripe event";
    /// A Stripe PaymentIntent.
    PaymentIntentId, "pi_", "PaymentIntent";
    /// A Stripe price.
    StripePriceId, "price_", "Stripe price";
    /// A Stripe product.
    StripeProductId, "prod_", "Stripe product";
}

impl ApiKeyId {
    /// What the id of a publishable key starts with.
    pub const PUBLISHABLE_PREFIX: &'static str = "pub_";

    /// The id of a new key that signs, its mode in its name.
    pub fn of(mode: Mode, random: [u8; 12]) -> Self {
        Self::named(Self::PREFIX, mode, random)
    }

    /// The id of a new publishable key, its mode in its name.
    pub fn publishable(mode: Mode, random: [u8; 12]) -> Self {
        Self::named(Self::PUBLISHABLE_PREFIX, mode, random)
    }

    fn named(prefix: &str, mode: Mode, random: [u8; 12]) -> Self {
        let random = data_encoding::HEXLOWER.encode(&random);
        Self(format!("{prefix}{}_{random}", mode.key_infix()))
    }
}

made_here! { OrderId LicenseId ActivationId CustomerId TokenId DeliveryId MailId AuditId CommitId }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = OrderId::new(Timestamp::from_micros(1_000_000), [255; 10]);
        let late = OrderId::new(Timestamp::from_micros(2_000_000), [0; 10]);
        assert!(early < late, "{early} {late}");
    }

    #[test]
    fn a_made_id_is_read_back() {
        let id = LicenseId::new(Timestamp::from_micros(1_790_000_000_000_000), [7; 10]);
        assert_eq!(LicenseId::parse(id.as_str()), Ok(id.clone()));
        assert_eq!(id.as_str().len(), 4 + 26);
    }

    #[test]
    fn an_api_key_says_its_mode_and_whether_it_is_publishable() {
        let of = |make: fn(Mode, [u8; 12]) -> ApiKeyId, mode| make(mode, [9; 12]);
        for (id, start) in [
            (of(ApiKeyId::of, Mode::Live), "ak_live_"),
            (of(ApiKeyId::of, Mode::Sandbox), "ak_test_"),
            (of(ApiKeyId::publishable, Mode::Live), "pub_live_"),
            (of(ApiKeyId::publishable, Mode::Sandbox), "pub_test_"),
        ] {
            assert_eq!(id.as_str(), format!("{start}{}", "09".repeat(12)));
            assert_eq!(ApiKeyId::parse(id.as_str()), Ok(id));
        }
        for text in ["pub_", "aks_1", "pubs_1", "ak_pub_é"] {
            assert!(ApiKeyId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_of_another_kind_or_shape_is_refused() {
        for text in ["", "ord_", "lic_1", "ord_a b", "ord_é", "ord_a\n", "ORD_1"] {
            assert!(OrderId::parse(text).is_err(), "{text:?}");
        }
        assert!(OrderId::parse(&format!("ord_{}", "a".repeat(300))).is_err());
    }
}
