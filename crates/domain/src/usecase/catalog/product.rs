//! Making products and key types.

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
                &product_secret_id(tenant, &self.id),
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

/// How a product's sealed secret names its owner.
pub(crate) fn product_secret_id(tenant: &TenantId, product: &ProductId) -> String {
    format!("{tenant}/{product}")
}
