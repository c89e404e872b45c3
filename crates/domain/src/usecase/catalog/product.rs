//! Creating products.

use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::catalog::display_name::DisplayName;
use crate::model::catalog::product::Product;
use crate::model::licenses::key::{KeyFormat, KeyPrefix};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit, Tenants};
use crate::usecase::catalog::error::CatalogError;
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};

/// A product to create.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// The slug, unique within the tenant.
    pub id: ProductId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The prefix of the product's license keys.
    pub key_prefix: KeyPrefix,
    /// The format of the product's license keys.
    pub key_format: KeyFormat,
}

impl NewProduct {
    /// Builds the product, with a new key secret.
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
                &product_secret_id(tenant, &self.id),
                &secret,
            ),
            created_at: now,
        }
    }
}

/// Creates a product, unless the tenant's plan allows no more.
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
        let quota = owner.plan.limits().products;
        if let (Some(Refusal::Full { .. }), Some(quota)) = (refused, quota) {
            return Err(CatalogError::QuotaExceeded(quota));
        }
        let now = env.now();
        let product = new.make(env, tenant, now);
        let mut changes = env.changes(now);
        changes.counters.push(Count {
            counter: Counter::Products(tenant.clone()),
            add: 1,
            cap: quota.map(i64::from),
        });
        changes.products.push(Write::new(product.clone()));
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

/// The id to which the sealed key secret of a product is bound.
pub(crate) fn product_secret_id(tenant: &TenantId, product: &ProductId) -> String {
    format!("{tenant}/{product}")
}
