//! The addresses in aggregates, for serde. The address of a buyer who has paid is kept as it was given
//! ([`Email::kept`]), while [`Email`] itself reads only valid ones.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use crate::base::email::Email;

pub(crate) fn serialize<S: Serializer>(email: &Email, output: S) -> Result<S::Ok, S::Error> {
    email.serialize(output)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Email, D::Error> {
    let text = String::deserialize(input)?;
    Email::kept(&text).ok_or_else(|| Error::custom("an empty address"))
}

/// Addresses that may be missing.
pub(crate) mod option {
    use serde::de::Deserializer;
    use serde::{Deserialize, Serialize, Serializer};

    use crate::base::email::Email;

    #[derive(Deserialize)]
    struct Kept(#[serde(deserialize_with = "super::deserialize")] Email);

    #[expect(clippy::ref_option, reason = "serde passes the field")]
    pub(crate) fn serialize<S: Serializer>(
        email: &Option<Email>,
        output: S,
    ) -> Result<S::Ok, S::Error> {
        email.serialize(output)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<Email>, D::Error> {
        let kept = Option::<Kept>::deserialize(input)?;
        Ok(kept.map(|kept| kept.0))
    }
}
