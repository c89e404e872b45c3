//! Validating license keys (usekeystack.com/docs/validating-licenses).

use crate::base::time::Timestamp;
use crate::model::access::nonce::Nonce;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::Fingerprint;
use crate::model::licenses::key::{KeyFormat, PresentedKey};
use crate::model::licenses::standing::State;
use crate::ports::{KeyQuery, KnownLicense, SeenTarget, ValidateQuery};
use crate::usecase::caller::Caller;
use crate::usecase::env::Env;
use crate::usecase::licenses::mint::product_secret;

/// Why a license key is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No license of the product has the key.
    NotFound,
    /// The checksum of the key is wrong, because of a typo or a guess.
    Checksum,
    /// The license is frozen.
    Frozen,
    /// The term of the license is over.
    Expired,
    /// The license is revoked.
    Revoked,
    /// The product was deactivated more than 30 days ago.
    ProductDeactivated,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 6] = [
        Self::NotFound,
        Self::Checksum,
        Self::Frozen,
        Self::Expired,
        Self::Revoked,
        Self::ProductDeactivated,
    ];

    /// The text in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Checksum => "checksum",
            Self::Frozen => "frozen",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::ProductDeactivated => "product_deactivated",
        }
    }

    /// Why a license in this state is not valid; `None` for an active license.
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Active => None,
            State::Frozen => Some(Self::Frozen),
            State::Expired => Some(Self::Expired),
            State::Revoked => Some(Self::Revoked),
        }
    }
}

/// How to validate a presented key.
#[derive(Debug)]
pub enum Lookup {
    /// Query the store.
    Ask(ValidateQuery),
    /// Refuse the key without a query.
    Refuse(Reason),
}

/// Builds the query for a presented key. A key in the shape of a checked key whose checksum is
/// wrong is refused without a query, and so is every key of a product that was deactivated long ago.
pub fn look_up(
    env: &Env<'_>,
    caller: &Caller,
    product: &Product,
    presented: &str,
    nonce: Option<Nonce>,
) -> Lookup {
    let Ok(key) = PresentedKey::parse(presented) else {
        return Lookup::Refuse(Reason::NotFound);
    };
    if !product.is_validated(env.now()) {
        return Lookup::Refuse(Reason::ProductDeactivated);
    }
    if product.key_format == KeyFormat::Checked
        && key.has_shape(product.key_format, &product.key_prefix)
        && product_secret(env, product)
            .is_ok_and(|secret| !key.checksum_ok(&product.key_prefix, &secret))
    {
        return Lookup::Refuse(Reason::Checksum);
    }
    Lookup::Ask(ValidateQuery {
        nonce,
        key: KeyQuery {
            tenant: caller.tenant.clone(),
            product: caller.product.clone(),
            mode: caller.mode,
            hashes: key.candidates(),
        },
    })
}

/// The device whose last-seen time a validation updates: one that is named with a valid license.
pub fn seen_device(
    found: Option<&KnownLicense>,
    reason: Option<Reason>,
    device: Option<Fingerprint>,
) -> Option<SeenTarget> {
    let found = found.filter(|_| reason.is_none())?;
    device.map(|device| SeenTarget::Device(found.record.license.id.clone(), device))
}

/// Why the license that a query found, if any, is not valid at `now`; `None` if it is valid.
pub fn invalid_reason(found: Option<&KnownLicense>, now: Timestamp) -> Option<Reason> {
    match found {
        None => Some(Reason::NotFound),
        Some(found) => Reason::of(found.record.license.state(now)),
    }
}
