//! Minting a license and its key.

use crate::base::id::{CustomerId, LicenseId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::seal::OpenError;
use crate::base::secret::Secret;
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::model::catalog::product::Product;
use crate::model::licenses::key::{KeyFormat, LicenseKey, ProductSecret};
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::licenses::terms::LicenseTerms;
use crate::usecase::catalog::product::product_secret_id;
use crate::usecase::env::{Env, SealedField};

/// A minted license and its key.
pub struct Minted {
    /// The license, which holds the key sealed.
    pub license: License,
    /// The key in plain text, for the message that delivers it.
    pub key: LicenseKey,
}

/// Why a license could not be minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotMint {
    /// The product's key secret cannot be opened.
    #[error("the product's key secret cannot be opened: {0}")]
    Sealed(#[from] OpenError),
    /// The product's key secret has the wrong length.
    #[error("the product's key secret is damaged")]
    DamagedSecret,
    /// The term is past.
    #[error("the term is not valid: {0}")]
    Term(#[from] crate::model::licenses::term::TermIsPast),
}

/// The license to mint.
#[derive(Debug, Clone, Copy)]
pub struct MintRequest<'a> {
    /// The mode of the license.
    pub mode: Mode,
    /// The key type that was sold or issued.
    pub key_type: &'a KeyTypeId,
    /// The agreed terms.
    pub terms: &'a LicenseTerms,
    /// The customer who holds the license.
    pub customer: &'a CustomerId,
    /// The unit of an order that was sold, if any. Each unit mints one license.
    pub unit: Option<&'a OrderUnit>,
}

/// Mints one license of a product.
pub fn mint(
    env: &Env<'_>,
    product: &Product,
    request: &MintRequest<'_>,
    now: Timestamp,
) -> Result<Minted, CannotMint> {
    let random = request
        .unit
        .map_or_else(|| env.random(), |unit| random_of(env, unit));
    let key = generate_key(env, product, &random)?;
    let id = LicenseId::new(now, env.random());
    let license = License {
        tenant: product.tenant.clone(),
        mode: request.mode,
        product: product.id.clone(),
        key_type: request.key_type.clone(),
        customer: request.customer.clone(),
        unit: request.unit.cloned(),
        key_hash: key.hash(),
        masked_key: key.masked(),
        sealed_key: env.seal(
            SealedField::LICENSE_KEY,
            id.as_str(),
            key.expose().as_bytes(),
        ),
        activation_limit: request.terms.activation_limit,
        entitlements: request.terms.entitlements.clone(),
        standing: request.terms.standing(now)?,
        updates_until: request.terms.updates_until(now),
        subscription: None,
        noticed_end: None,
        reminded_end: None,
        notes: None,
        metadata: Metadata::default(),
        created_at: now,
        event_sequence: 0,
        version: 1,
        id,
    };
    Ok(Minted { license, key })
}

/// The bytes of which a key is made.
pub(super) type KeyBytes = [u8; 32];

/// The bytes for the key of a unit that was sold. They follow from the master key and the unit, so that a database that
/// is restored from an older backup mints the same key again, and nobody without the master key can tell them.
fn random_of(env: &Env<'_>, unit: &OrderUnit) -> KeyBytes {
    let message = format!("{}/{}/{}", unit.order, unit.line, unit.unit);
    let (_, bytes) = env.keys.sign("license-key/1", message.as_bytes());
    bytes
}

/// A key of the product's format, made of these bytes.
pub(super) fn generate_key(
    env: &Env<'_>,
    product: &Product,
    bytes: &KeyBytes,
) -> Result<LicenseKey, CannotMint> {
    let prefix = &product.key_prefix;
    match product.key_format {
        KeyFormat::Classic => Ok(LicenseKey::classic(prefix, first(bytes))),
        KeyFormat::Checked => {
            let secret = product_secret(env, product)?;
            Ok(LicenseKey::checked(prefix, first(bytes), &secret))
        }
    }
}

/// The first `N` of the bytes.
fn first<const N: usize>(bytes: &KeyBytes) -> [u8; N] {
    const { assert!(N <= 32, "a key is made of fewer bytes") }
    let mut first = [0; N];
    for (to, from) in first.iter_mut().zip(bytes) {
        *to = *from;
    }
    first
}

/// Opens the sealed key of a license; `None` if it does not hold text.
pub(crate) fn license_key(env: &Env<'_>, license: &License) -> Result<Option<Secret>, OpenError> {
    let (field, id) = (SealedField::LICENSE_KEY, license.id.as_str());
    let opened = env.open(field, id, &license.sealed_key)?;
    Ok(opened.into_text())
}

/// Opens the secret for the checksums of a product's keys.
pub fn product_secret(env: &Env<'_>, product: &Product) -> Result<ProductSecret, CannotMint> {
    let path = product_secret_id(&product.tenant, &product.id);
    let opened = env.open(SealedField::PRODUCT_KEY_SECRET, &path, &product.key_secret)?;
    let bytes: [u8; 32] = opened
        .expose()
        .try_into()
        .map_err(|_| CannotMint::DamagedSecret)?;
    Ok(ProductSecret::from_bytes(bytes))
}
