//! Creating key types.

use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::commit::write::Write;
use crate::model::catalog::display_name::DisplayName;
use crate::model::catalog::key_type::KeyType;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit};
use crate::usecase::catalog::error::CatalogError;
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;

/// A key type to create.
#[derive(Debug, Clone)]
pub struct NewKeyType {
    /// The slug, unique within the product.
    pub id: KeyTypeId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The terms of licenses of the key type.
    pub terms: LicenseTerms,
    /// The price, if the key type is sold by checkout.
    pub price: Option<Money>,
}

/// Creates a key type.
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
        changes.key_types.push(Write::new(key_type.clone()));
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
