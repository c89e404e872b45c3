//! Creating, changing, archiving and restoring products.

use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::catalog::display_name::DisplayName;
use crate::model::catalog::product::Product;
use crate::model::licenses::key::{KeyFormat, KeyPrefix};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit, Tenants};
use crate::usecase::catalog::error::CatalogError;
use crate::usecase::catalog::product_cap::apply_cap_into;
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
            archived_at: None,
            deactivated_at: None,
            version: 1,
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

/// A change of a product. What is `None` stays. License keys that were sold keep their prefix and
/// format.
#[derive(Debug, Clone, Default)]
pub struct ProductPatch {
    /// The name that buyers see.
    pub display_name: Option<DisplayName>,
    /// The prefix of new license keys.
    pub key_prefix: Option<KeyPrefix>,
    /// The format of new license keys.
    pub key_format: Option<KeyFormat>,
}

impl ProductPatch {
    fn apply(&self, product: &Product) -> Product {
        Product {
            display_name: or(self.display_name.as_ref(), &product.display_name),
            key_prefix: or(self.key_prefix.as_ref(), &product.key_prefix),
            key_format: or(self.key_format.as_ref(), &product.key_format),
            ..product.clone()
        }
    }
}

/// The new value if there is one, else the old one.
pub(super) fn or<T: Clone>(new: Option<&T>, old: &T) -> T {
    new.unwrap_or(old).clone()
}

/// Changes a product.
pub fn update_product(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    (tenant, id): (&TenantId, &ProductId),
    actor: &Actor,
    patch: &ProductPatch,
) -> Result<Product, CatalogError> {
    settle(store, |_| {
        let before = store.product(tenant, id)?.ok_or(CatalogError::NotFound)?;
        let after = patch.apply(&before);
        if after == before {
            return Ok(Decision::Answer(before));
        }
        let changes = env.changes(env.now());
        Ok(write(env, changes, after, actor, "product.updated"))
    })
}

/// Archives a product, or restores an archived one. A product that is so already stays as it is. An
/// archived product does not count towards the quota.
pub fn set_product_archived(
    store: &(impl Tenants + Catalog + Commit + ?Sized),
    env: &Env<'_>,
    (tenant, id): (&TenantId, &ProductId),
    actor: &Actor,
    archived: bool,
) -> Result<Product, CatalogError> {
    settle(store, |refused| {
        let owner = store.tenant(tenant)?.ok_or(CatalogError::NotFound)?;
        let mut product = store.product(tenant, id)?.ok_or(CatalogError::NotFound)?;
        if product.archived_at.is_some() == archived {
            return Ok(Decision::Answer(product));
        }
        let quota = owner.plan.limits().products;
        if let (Some(Refusal::Full { .. }), Some(quota)) = (refused, quota) {
            return Err(CatalogError::QuotaExceeded(quota));
        }
        let now = env.now();
        product.archived_at = archived.then_some(now);
        let mut changes = env.changes(now);
        changes.counters.push(Count {
            counter: Counter::Products(tenant.clone()),
            add: if archived { -1 } else { 1 },
            cap: quota.map(i64::from),
        });
        let action = if archived {
            "product.archived"
        } else {
            "product.restored"
        };
        let target = product.id.as_str();
        let entry = env.audit(tenant, now, actor.clone(), action, target);
        changes.audit.push(entry);
        let with = product.clone();
        changes.products.push(Write::changed(product));
        if quota.is_some() {
            // The oldest deactivated product takes the place of an archived one.
            apply_cap_into(
                &mut changes,
                store,
                env,
                (tenant, quota),
                actor,
                Some(&with),
            )?;
        }
        let written = changes.products.first();
        let product = written.map_or(with, |write| write.value.clone());
        Ok(Decision::commit(changes, product))
    })
}

fn write(
    env: &Env<'_>,
    mut changes: Changes,
    product: Product,
    actor: &Actor,
    action: &'static str,
) -> Decision<Product> {
    let (tenant, target) = (&product.tenant, product.id.as_str());
    let entry = env.audit(tenant, changes.at, actor.clone(), action, target);
    changes.audit.push(entry);
    let write = Write::changed(product);
    let product = write.value.clone();
    changes.products.push(write);
    Decision::commit(changes, product)
}

/// The id to which the sealed key secret of a product is bound.
pub(crate) fn product_secret_id(tenant: &TenantId, product: &ProductId) -> String {
    format!("{tenant}/{product}")
}
