//! Making products and key types.

use super::{Decision, Failure, fails_by, settle};
use crate::audit::Actor;
use crate::catalog::{DisplayName, KeyType, LicenseTerms, Product};
use crate::changes::{Count, Counter, Put};
use crate::env::{Env, SealedField};
use crate::guard::Refusal;
use crate::license::key::{KeyFormat, KeyPrefix};
use crate::money::Money;
use crate::ports::{Catalog, Commit, Tenants};
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::time::Timestamp;

/// Why a product or key type was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// There is no such tenant or product.
    #[error("not found")]
    NotFound,
    /// The id is taken.
    #[error("one with this id exists already")]
    Exists,
    /// The plan allows no more products.
    #[error("the plan allows {0} products")]
    QuotaExceeded(u32),
    /// The prefix does not fit the key format.
    #[error("the key prefix does not fit the key format")]
    PrefixMismatch,
    /// A key type's term must count from the day of the sale.
    #[error("a key type's duration is `lifetime` or a number of days")]
    AbsoluteTerm,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fails_by!(CatalogError);

/// A product to make.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Its slug.
    pub id: ProductId,
    /// Its name.
    pub display_name: DisplayName,
    /// What its keys start with.
    pub key_prefix: KeyPrefix,
    /// How its keys are made.
    pub key_format: KeyFormat,
}

impl NewProduct {
    /// The product, with a key secret of its own.
    pub fn make(&self, env: &Env<'_>, tenant: &TenantId, now: Timestamp) -> Product {
        let secret: [u8; 32] = env.random();
        Product {
            tenant: tenant.clone(),
            id: self.id.clone(),
            display_name: self.display_name.clone(),
            key_prefix: self.key_prefix.clone(),
            key_format: self.key_format,
            key_secret: env.seal(
                SealedField::PRODUCT_KEY_SECRET,
                &product_path(tenant, &self.id),
                &secret,
            ),
            created_at: now,
        }
    }
}

/// Makes a product, if the tenant's plan has room for it.
pub fn create_product(
    store: &(impl Tenants + Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    new: &NewProduct,
) -> Result<Product, CatalogError> {
    if !new.key_format.accepts(&new.key_prefix) {
        return Err(CatalogError::PrefixMismatch);
    }
    settle(store, |refused| {
        let owner = store.tenant(tenant)?.ok_or(CatalogError::NotFound)?;
        if store.product(tenant, &new.id)?.is_some() {
            return Err(CatalogError::Exists);
        }
        let room = owner.plan.limits().products;
        if let (Some(Refusal::Full(_)), Some(room)) = (refused, room) {
            return Err(CatalogError::QuotaExceeded(room));
        }
        let now = env.now();
        let product = new.make(env, tenant, now);
        let mut changes = env.changes(now);
        changes.counters.push(Count {
            counter: Counter::Products(tenant.clone()),
            add: 1,
            cap: room.map(i64::from),
        });
        changes.products.push(Put::new(product.clone()));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "product.created",
            new.id.as_str(),
        ));
        Ok(Decision::commit(changes, product))
    })
}

/// How a product's sealed secret names its owner.
pub(super) fn product_path(tenant: &TenantId, product: &ProductId) -> String {
    format!("{tenant}/{product}")
}

/// A key type to make.
#[derive(Debug, Clone)]
pub struct NewKeyType {
    /// Its slug.
    pub id: KeyTypeId,
    /// Its name.
    pub display_name: DisplayName,
    /// What a license of it holds.
    pub terms: LicenseTerms,
    /// What it costs, if it is sold by checkout.
    pub price: Option<Money>,
}

/// Makes a key type.
pub fn create_key_type(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    product: &ProductId,
    actor: &Actor,
    new: &NewKeyType,
) -> Result<KeyType, CatalogError> {
    if !new.terms.term.is_relative() {
        return Err(CatalogError::AbsoluteTerm);
    }
    settle(store, |_| {
        store
            .product(tenant, product)?
            .ok_or(CatalogError::NotFound)?;
        if store.key_type(tenant, product, &new.id)?.is_some() {
            return Err(CatalogError::Exists);
        }
        let now = env.now();
        let key_type = KeyType {
            tenant: tenant.clone(),
            product: product.clone(),
            id: new.id.clone(),
            display_name: new.display_name.clone(),
            terms: new.terms.clone(),
            price: new.price,
            created_at: now,
        };
        let mut changes = env.changes(now);
        changes.key_types.push(Put::new(key_type.clone()));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "key-type.created",
            format!("{product}/{}", new.id),
        ));
        Ok(Decision::commit(changes, key_type))
    })
}
