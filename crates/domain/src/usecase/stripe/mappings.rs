//! Mappings of a seller's own prices and payment links to key types.

use std::collections::BTreeSet;

use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sales::mapping::{SaleMapping, SaleMappings, duplicates};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit, SellerStripe};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why mappings were not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingsError {
    /// Items are refused, each for its reason.
    #[error("some mappings cannot be set")]
    Invalid(Vec<(usize, InvalidMapping)>),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why a mapping is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMapping {
    /// The price or payment link stands before in the list.
    #[error("the price or payment link is mapped before in the list")]
    Duplicate,
    /// The tenant has no such product.
    #[error("no such product")]
    UnknownProduct,
    /// The product has no such key type.
    #[error("the product has no such key type")]
    UnknownKeyType,
}

from_port_errors!(MappingsError);

/// Replaces all mappings of a tenant in a mode.
pub fn set_mappings(
    store: &(impl SellerStripe + Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    (mode, items): (Mode, &[SaleMapping]),
) -> Result<SaleMappings, MappingsError> {
    check(store, tenant, items)?;
    settle(store, |_| {
        let mut mappings = mappings(store, tenant, mode)?;
        items.clone_into(&mut mappings.items);
        let now = env.now();
        let mut changes = env.changes(now);
        let action = "stripe.mappings-set";
        let entry = env.audit(tenant, now, actor.clone(), action, mode.as_str());
        changes.audit.push(entry);
        let write = Write::changed(mappings);
        let mappings = write.value.clone();
        changes.sale_mappings.push(write);
        Ok(Decision::commit(changes, mappings))
    })
}

/// The mappings of a tenant in a mode.
pub fn mappings(
    store: &(impl SellerStripe + ?Sized),
    tenant: &TenantId,
    mode: Mode,
) -> Result<SaleMappings, Failure> {
    let stored = store.sale_mappings(tenant, mode)?;
    Ok(stored.unwrap_or_else(|| SaleMappings::none(tenant.clone(), mode)))
}

fn check(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    items: &[SaleMapping],
) -> Result<(), MappingsError> {
    let mut invalid: Vec<_> = duplicates(items)
        .into_iter()
        .map(|index| (index, InvalidMapping::Duplicate))
        .collect();
    let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for (index, item) in items.iter().enumerate() {
        let sold = (&item.product, &item.key_type);
        if !known.contains(&sold) && !unknown.contains(&sold) {
            let is_known = store.key_type(tenant, sold.0, sold.1)?.is_some();
            let seen = if is_known { &mut known } else { &mut unknown };
            seen.insert(sold);
        }
        if unknown.contains(&sold) {
            let reason = match store.product(tenant, sold.0)? {
                Some(_) => InvalidMapping::UnknownKeyType,
                None => InvalidMapping::UnknownProduct,
            };
            invalid.push((index, reason));
        }
    }
    if invalid.is_empty() {
        return Ok(());
    }
    invalid.sort_by_key(|(index, _)| *index);
    Err(MappingsError::Invalid(invalid))
}
