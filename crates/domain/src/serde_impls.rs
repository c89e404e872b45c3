//! The feature `serde`: aggregates and [`Changes`](crate::commit::changes::Changes) as data, for stores
//! that keep documents, and for queues.
//!
//! Structs derive it where they are declared. Values that are checked when they are created stand here:
//! each is written as text or a number, and is checked again when it is read. Secrets are written as they
//! are in [`Changes`](crate::commit::changes::Changes): sealed, or as a hash.

use std::borrow::Cow;
use std::fmt::Display;

use data_encoding::{BASE64, HEXLOWER};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::base::metadata::Metadata;
use crate::base::money::{Currency, Money};
use crate::base::seal::Sealed;
use crate::base::secret::SecretHash;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::commit::counter::Counter;
use crate::model::access::idempotency::IdempotencyKey;
use crate::model::access::scope::Scope;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::activation::Fingerprint;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::standing::{HoldCause, RevocationReason};
use crate::model::outbox::delivery::DeliveryStatus;
use crate::model::outbox::event::EventName;
use crate::model::outbox::mail::MailStatus;
use crate::model::outbox::webhook_endpoint::EndpointDescription;
use crate::model::sales::external_order::Reference;
use crate::model::sales::order::OrderStatus;
use crate::model::sellers::audit::ServiceName;
use crate::model::sellers::management_token::{TokenName, TokenScope};
use crate::model::sellers::tenant::{Plan, TenantStatus};

/// A text, borrowed or owned, whatever the input has.
fn text<'de, D: Deserializer<'de>>(input: D) -> Result<Cow<'de, str>, D::Error> {
    #[derive(Deserialize)]
    struct Any<'a>(#[serde(borrow)] Cow<'a, str>);

    Any::deserialize(input).map(|any| any.0)
}

fn checked<T, E: Display, R: Error>(read: Result<T, E>) -> Result<T, R> {
    read.map_err(R::custom)
}

/// Values that are written by `Display` and read by `parse`.
macro_rules! by_text {
    ($($name:ty),+ $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
                output.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                checked(Self::parse(&text(input)?))
            }
        }
    )+};
}

by_text! {
    DeliveryStatus, DisplayName, EndpointDescription, EventName, Fingerprint, HoldCause, IdempotencyKey,
    MailStatus, OrderStatus, Plan, Reference, RevocationReason, Scope, ServiceName, TenantStatus,
    TokenName, TokenScope,
}

/// 32 bytes that are written as hex digits.
macro_rules! by_hex {
    ($($name:ty),+ $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
                output.serialize_str(&HEXLOWER.encode(self.as_bytes()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let bytes = checked(HEXLOWER.decode(text(input)?.as_bytes()))?;
                let bytes: Result<[u8; 32], _> = bytes.try_into();
                bytes
                    .map(Self::from_bytes)
                    .map_err(|_| Error::custom("not 64 hex digits"))
            }
        }
    )+};
}

by_hex! { KeyHash, SecretHash }

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(self.as_str())
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        checked(Self::parse(&text(input)?))
    }
}

/// Microseconds since the Unix epoch.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_i64(self.as_micros())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let micros = i64::deserialize(input)?;
        let at = Self::from_micros(micros);
        if at.as_micros() == micros {
            Ok(at)
        } else {
            Err(Error::custom("not within the years 0000 to 9999"))
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Money")]
struct Amount {
    minor: i64,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        let (minor, currency) = (self.minor(), self.currency());
        Amount { minor, currency }.serialize(output)
    }
}

/// Reads what was charged, whatever this version knows about the limits of the currency.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let Amount { minor, currency } = Amount::deserialize(input)?;
        checked(Self::charged(minor, currency))
    }
}

/// The storage form as Base64. A sealed value stays sealed.
impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(&BASE64.encode(&self.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let bytes = checked(BASE64.decode(text(input)?.as_bytes()))?;
        checked(Self::from_bytes(&bytes))
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        self.as_map().serialize(output)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        checked(Self::parse(Map::<String, Value>::deserialize(input)?))
    }
}

impl Serialize for Entitlements {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(output)
    }
}

impl<'de> Deserialize<'de> for Entitlements {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        checked(Self::parse(Vec::<String>::deserialize(input)?))
    }
}

/// By its name, which is unique among all counters, so that counters can be the keys of a map.
impl Serialize for Counter {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Counter {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = text(input)?;
        Self::parse(&name).ok_or_else(|| Error::custom(format!("no counter is called {name}")))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::base::id::LicenseId;

    /// Asserts that a value is read back from borrowed, read and owned text.
    fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
        assert_eq!(
            serde_json::from_reader::<_, T>(json.as_bytes()).unwrap(),
            *value
        );
        let owned = serde_json::to_value(value).unwrap();
        assert_eq!(serde_json::from_value::<T>(owned).unwrap(), *value);
    }

    fn currency() -> impl Strategy<Value = Currency> {
        prop::sample::select(Currency::all().collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn instants_and_amounts_are_read_back(
            micros: i64,
            minor in 0..=i64::MAX,
            currency in currency(),
        ) {
            comes_back(&Timestamp::from_micros(micros));
            comes_back(&Money::charged(minor, currency).unwrap());
        }

        #[test]
        fn texts_and_objects_are_read_back(
            text in "\\PC{0,60}",
            entries in prop::collection::btree_map("[a-z]{1,9}", "\\PC{0,9}", 0..9),
        ) {
            comes_back(&Text::<255>::truncated(&text));
            let object = entries.into_iter().map(|(key, value)| (key, Value::from(value)));
            comes_back(&Metadata::parse(object.collect()).unwrap());
            if let Ok(fingerprint) = Fingerprint::parse(&text) {
                comes_back(&fingerprint);
            }
        }

        #[test]
        fn hashes_sealed_values_and_counters_are_read_back(
            hash: [u8; 32],
            bytes in prop::collection::vec(any::<u8>(), 1..80),
            micros in 0..i64::MAX,
        ) {
            comes_back(&SecretHash::from_bytes(hash));
            comes_back(&KeyHash::from_bytes(hash));
            let stored = [&[1, 3], b"key".as_slice(), &bytes].concat();
            comes_back(&Sealed::from_bytes(&stored).unwrap());
            let license = LicenseId::new(Timestamp::from_micros(micros), [7; 10]);
            comes_back(&Counter::Activations(license));
        }
    }
}
