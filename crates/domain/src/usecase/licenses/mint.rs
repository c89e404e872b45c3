//! Minting: the pure heart. From a sale and its product to one license and its key.

use crate::base::id::{CustomerId, LicenseId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::seal::OpenError;
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::model::catalog::product::Product;
use crate::model::licenses::key::{KeyFormat, LicenseKey, ProductSecret};
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::licenses::standing::Standing;
use crate::model::licenses::terms::LicenseTerms;
use crate::usecase::catalog::product::product_secret_id;
use crate::usecase::env::{Env, SealedField};

/// A license just minted, and its key.
pub struct Minted {
    /// The license; it holds the key sealed.
    pub license: License,
    /// The key in the clear, for the one message that delivers it.
    pub key: LicenseKey,
}

/// Why nothing was minted, though it was paid for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotMint {
    /// The product's secret does not open.
    #[error("the product's key secret does not open: {0}")]
    Sealed(#[from] OpenError),
    /// The product's secret has the wrong length.
    #[error("the product's key secret is damaged")]
    DamagedSecret,
    /// The term cannot be dated.
    #[error("the term cannot be dated: {0}")]
    Term(#[from] crate::model::licenses::term::TermIsPast),
}

/// What a license is minted for.
#[derive(Debug, Clone, Copy)]
pub struct MintRequest<'a> {
    /// With real money or not.
    pub mode: Mode,
    /// Which key type was sold.
    pub key_type: &'a KeyTypeId,
    /// What was agreed.
    pub terms: &'a LicenseTerms,
    /// Who holds the license.
    pub customer: &'a CustomerId,
    /// Which unit of which order it is, if it was sold by checkout: that unit mints no other.
    pub unit: Option<&'a OrderUnit>,
}

/// Mints one license of a product.
pub fn mint(
    env: &Env<'_>,
    product: &Product,
    request: &MintRequest<'_>,
    now: Timestamp,
) -> Result<Minted, CannotMint> {
    let key = make_key(env, product)?;
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
        standing: Standing::new(request.terms.term.expires_at(now)?),
        notes: None,
        metadata: Metadata::default(),
        created_at: now,
        version: 1,
        id,
    };
    Ok(Minted { license, key })
}

fn make_key(env: &Env<'_>, product: &Product) -> Result<LicenseKey, CannotMint> {
    match product.key_format {
        KeyFormat::Classic => Ok(LicenseKey::classic(&product.key_prefix, env.random())),
        KeyFormat::Checked => {
            let secret = product_secret(env, product)?;
            Ok(LicenseKey::checked(
                &product.key_prefix,
                env.random(),
                &secret,
            ))
        }
    }
}

/// The secret behind the check symbols of a product's keys.
pub fn product_secret(env: &Env<'_>, product: &Product) -> Result<ProductSecret, CannotMint> {
    let path = product_secret_id(&product.tenant, &product.id);
    let opened = env.open(SealedField::PRODUCT_KEY_SECRET, &path, &product.key_secret)?;
    let bytes: [u8; 32] = opened
        .expose()
        .try_into()
        .map_err(|_| CannotMint::DamagedSecret)?;
    Ok(ProductSecret::from_bytes(bytes))
}
