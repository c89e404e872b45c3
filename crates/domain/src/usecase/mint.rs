//! Minting: the pure heart. From an order and its product to one license and its key.

use super::catalog::product_path;
use crate::catalog::Product;
use crate::delivery::{Delivery, DeliveryStatus};
use crate::env::{Env, SealedField};
use crate::id::{CustomerId, DeliveryId, LicenseId};
use crate::license::key::{KeyFormat, LicenseKey, ProductSecret};
use crate::license::state::Standing;
use crate::license::{License, OrderUnit};
use crate::order::Order;
use crate::outbound::{EventFacts, EventName, license_event_body};
use crate::seal::OpenError;
use crate::time::Timestamp;

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
    /// The order's term cannot be dated.
    #[error("the order's term cannot be dated: {0}")]
    Term(#[from] crate::license::term::TermIsPast),
}

/// Mints the license of one unit of an order.
pub fn mint(
    env: &Env<'_>,
    order: &Order,
    product: &Product,
    customer: &CustomerId,
    unit: OrderUnit,
    now: Timestamp,
) -> Result<Minted, CannotMint> {
    let key = make_key(env, product)?;
    let id = LicenseId::new(now, env.random());
    let license = License {
        tenant: order.tenant.clone(),
        mode: order.mode,
        product: order.product.clone(),
        key_type: order.key_type.clone(),
        customer: customer.clone(),
        unit: Some(unit),
        key_hash: key.hash(),
        masked_key: key.masked(),
        sealed_key: env.seal(
            SealedField::LICENSE_KEY,
            id.as_str(),
            key.expose().as_bytes(),
        ),
        activation_limit: order.terms.activation_limit,
        entitlements: order.terms.entitlements.clone(),
        standing: Standing::new(order.terms.term.expires_at(now)?),
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
    let path = product_path(&product.tenant, &product.id);
    let opened = env.open(SealedField::PRODUCT_KEY_SECRET, &path, &product.key_secret)?;
    let bytes: [u8; 32] = opened
        .expose()
        .try_into()
        .map_err(|_| CannotMint::DamagedSecret)?;
    Ok(ProductSecret::from_bytes(bytes))
}

/// A delivery that tells of a license, due at once. `key` is in the clear for `license.created`
/// only.
pub fn tell(
    env: &Env<'_>,
    license: &License,
    event: EventName,
    key: &str,
    (email, session): (&str, Option<&str>),
    now: Timestamp,
) -> Delivery {
    let id = DeliveryId::new(now, env.random());
    let body = license_event_body(
        license,
        &EventFacts {
            id: &id,
            event,
            key,
            customer_email: email,
            session,
            now,
        },
    );
    Delivery {
        sealed_body: env.seal(SealedField::DELIVERY_BODY, id.as_str(), &body),
        id,
        tenant: license.tenant.clone(),
        event,
        license: license.id.clone(),
        status: DeliveryStatus::Pending,
        attempts: 0,
        schedule_from: 0,
        due_at: now,
        created_at: now,
        version: 1,
    }
}
