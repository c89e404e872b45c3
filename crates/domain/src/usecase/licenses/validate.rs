//! Validating: is this license key good? (usekeystack.com/docs/validating-licenses)

use crate::base::time::Timestamp;
use crate::model::access::api_key::ApiKey;
use crate::model::access::nonce::Nonce;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::Fingerprint;
use crate::model::licenses::key::{KeyFormat, PresentedKey};
use crate::model::licenses::standing::State;
use crate::ports::{KeyQuery, KnownLicense, SeenTarget, ValidateQuery};
use crate::usecase::env::Env;

/// Why a license is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No license of this product has this key.
    NotFound,
    /// The key's check symbols are wrong: a typo or a guess.
    Checksum,
    /// It is held.
    Frozen,
    /// Its term is over.
    Expired,
    /// It was ended.
    Revoked,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::NotFound,
        Self::Checksum,
        Self::Frozen,
        Self::Expired,
        Self::Revoked,
    ];

    /// The reason on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Checksum => "checksum",
            Self::Frozen => "frozen",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Why a license in this state is not good; `None` if it is.
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Active => None,
            State::Frozen => Some(Self::Frozen),
            State::Expired => Some(Self::Expired),
            State::Revoked => Some(Self::Revoked),
        }
    }
}

/// What a presented key calls for.
#[derive(Debug)]
pub enum Lookup {
    /// Ask the store.
    Ask(ValidateQuery),
    /// The key cannot be one: the answer is known without asking.
    Refuse(Reason),
}

/// What to ask the store about a presented key. Of a product with checked keys, a key of their
/// shape and with wrong check symbols is refused at once.
pub fn look_up(
    env: &Env<'_>,
    api_key: &ApiKey,
    product: &Product,
    presented: &str,
    nonce: Option<Nonce>,
) -> Lookup {
    let Ok(key) = PresentedKey::parse(presented) else {
        return Lookup::Refuse(Reason::NotFound);
    };
    if product.key_format == KeyFormat::Checked
        && key.has_shape(product.key_format, &product.key_prefix)
        && super::mint::product_secret(env, product)
            .is_ok_and(|secret| !key.checksum_ok(&product.key_prefix, &secret))
    {
        return Lookup::Refuse(Reason::Checksum);
    }
    Lookup::Ask(ValidateQuery {
        nonce,
        key: KeyQuery {
            tenant: api_key.tenant.clone(),
            product: api_key.product.clone(),
            mode: api_key.mode,
            hashes: key.candidates(product.key_format, &product.key_prefix),
        },
    })
}

/// The device whose last-seen time a validation updates: one that is named with a valid license.
pub fn seen_device(
    known: Option<&KnownLicense>,
    reason: Option<Reason>,
    device: Option<Fingerprint>,
) -> Option<SeenTarget> {
    let known = known.filter(|_| reason.is_none())?;
    device.map(|device| SeenTarget::Device(known.record.license.id.clone(), device))
}

/// What a store's answer means at `now`: `None` for a good license.
pub fn invalid_reason(known: Option<&KnownLicense>, now: Timestamp) -> Option<Reason> {
    match known {
        None => Some(Reason::NotFound),
        Some(known) => Reason::of(known.record.license.state(now)),
    }
}
