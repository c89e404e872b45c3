//! Deactivating the products beyond the cap of a plan, and activating them again.

use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::catalog::product::{Product, apply_cap};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, StoreError};
use crate::usecase::env::Env;

/// The largest number of products that one commit deactivates or activates: each needs two of the facts
/// that a commit may have.
const MAX_PER_COMMIT: usize = 200;

/// Adds the products to `changes` that change since the plan allows `cap` products; returns whether all of
/// them had room. `with` is a product as it is after these changes.
pub(crate) fn apply_cap_into(
    changes: &mut Changes,
    store: &(impl Catalog + ?Sized),
    env: &Env<'_>,
    (tenant, cap): (&TenantId, Option<u32>),
    actor: &Actor,
    with: Option<&Product>,
) -> Result<bool, StoreError> {
    let mut products = all_products(store, tenant)?;
    for product in &mut products {
        if let Some(with) = with.filter(|with| with.id == product.id) {
            product.clone_from(with);
        }
    }
    let mut moved = apply_cap(products, cap, changes.at);
    let has_room = moved.len() <= MAX_PER_COMMIT;
    moved.truncate(MAX_PER_COMMIT);
    for product in moved {
        let action = if product.is_active() {
            "product.reactivated"
        } else {
            "product.deactivated"
        };
        let target = product.id.as_str();
        let entry = env.audit(tenant, changes.at, actor.clone(), action, target);
        changes.audit.push(entry);
        match changes
            .products
            .iter_mut()
            .find(|it| it.value.id == product.id)
        {
            Some(write) => write.value.deactivated_at = product.deactivated_at,
            None => changes.products.push(Write::changed(product)),
        }
    }
    Ok(has_room)
}

fn all_products(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
) -> Result<Vec<Product>, StoreError> {
    let mut all = Vec::new();
    let mut request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let page = store.products(tenant, &request)?;
        all.extend(page.items);
        request.after = page.next;
        if request.after.is_none() {
            return Ok(all);
        }
    }
}
