//! Products: the apps that a tenant sells.

use std::time::Duration;

use crate::base::seal::Sealed;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::key::{KeyFormat, KeyPrefix};

/// An app that a tenant sells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Product {
    /// The tenant that owns the product.
    pub tenant: TenantId,
    /// The product's slug, unique within the tenant.
    pub id: ProductId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The prefix of the product's license keys.
    pub key_prefix: KeyPrefix,
    /// The format of the product's license keys.
    pub key_format: KeyFormat,
    /// The secret under which the checksums of the product's license keys are computed, sealed.
    pub key_secret: Sealed,
    /// When the product was created.
    pub created_at: Timestamp,
    /// When the product was archived; an archived one is not sold, and what was sold stays valid.
    pub archived_at: Option<Timestamp>,
    /// When the product was deactivated, because the tenant's plan allows fewer products. A deactivated one
    /// is not sold; what was sold is validated for [`VALIDATED_AFTER_DEACTIVATION`].
    pub deactivated_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// How long the licenses of a deactivated product are validated.
pub const VALIDATED_AFTER_DEACTIVATION: Duration = Duration::from_hours(30 * 24);

impl Product {
    /// Whether the product may be sold.
    pub const fn is_active(&self) -> bool {
        self.archived_at.is_none() && self.deactivated_at.is_none()
    }

    /// Whether the licenses of the product are validated at `now`.
    pub fn is_validated(&self, now: Timestamp) -> bool {
        self.deactivated_at
            .is_none_or(|at| now < at.plus(VALIDATED_AFTER_DEACTIVATION))
    }
}

/// The products of a tenant that change since the plan allows `cap` products, newest first: the newest
/// beyond the cap are deactivated, and the others are active again. Archived products do not count.
pub fn apply_cap(mut products: Vec<Product>, cap: Option<u32>, now: Timestamp) -> Vec<Product> {
    products.retain(|it| it.archived_at.is_none());
    products.sort_by(|a, b| (a.created_at, a.id.as_str()).cmp(&(b.created_at, b.id.as_str())));
    let cap = cap.map_or(usize::MAX, |cap| usize::try_from(cap).unwrap_or(usize::MAX));
    let mut changed = Vec::new();
    for (nth, mut product) in products.into_iter().enumerate() {
        let is_allowed = nth < cap;
        if product.deactivated_at.is_none() != is_allowed {
            product.deactivated_at = (!is_allowed).then_some(now);
            changed.push(product);
        }
    }
    changed.reverse();
    changed
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::seal::{KeyId, Sealed};

    const NOW: Timestamp = Timestamp::from_micros(9_000_000);

    fn product(id: &str, created_at: i64) -> Product {
        let key = KeyId::parse("k1").unwrap();
        let sealed = [&[1, 2], key.as_str().as_bytes(), &[0; 28]].concat();
        Product {
            tenant: TenantId::parse("acme").unwrap(),
            id: ProductId::parse(id).unwrap(),
            display_name: DisplayName::parse("Pixel").unwrap(),
            key_prefix: KeyPrefix::parse("PX").unwrap(),
            key_format: KeyFormat::Classic,
            key_secret: Sealed::from_bytes(&sealed).unwrap(),
            created_at: Timestamp::from_micros(created_at),
            archived_at: None,
            deactivated_at: None,
            version: 1,
        }
    }

    fn changed(products: &[Product], cap: Option<u32>) -> Vec<(String, bool)> {
        let changed = apply_cap(products.to_vec(), cap, NOW);
        let shown = |it: Product| (it.id.to_string(), it.is_active());
        changed.into_iter().map(shown).collect()
    }

    #[test]
    fn the_newest_products_beyond_the_cap_are_deactivated_and_activated_again() {
        let mut products = vec![product("c", 3), product("a", 1), product("b", 2)];
        products.push(Product {
            archived_at: Some(NOW),
            ..product("old", 0)
        });
        let off = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), false)).collect();
        let on = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), true)).collect();
        for (cap, expected) in [(None, vec![]), (Some(3), vec![]), (Some(2), off(&["c"]))] {
            assert_eq!(changed(&products, cap), expected, "{cap:?}");
        }
        let two_off: Vec<(String, bool)> = off(&["c", "b"]);
        assert_eq!(changed(&products, Some(1)), two_off);
        for product in &mut products {
            product.deactivated_at = Some(NOW);
        }
        let two_on: Vec<(String, bool)> = on(&["b", "a"]);
        assert_eq!(changed(&products, Some(2)), two_on);
        let all_on: Vec<(String, bool)> = on(&["c", "b", "a"]);
        assert_eq!(changed(&products, None), all_on);
    }

    #[test]
    fn what_was_sold_is_validated_for_thirty_days_after_a_deactivation() {
        let mut product = product("a", 1);
        assert!(product.is_validated(NOW));
        product.deactivated_at = Some(NOW);
        let end = NOW.plus(VALIDATED_AFTER_DEACTIVATION);
        assert!(product.is_validated(end.minus(Duration::from_micros(1))));
        assert!(!product.is_validated(end));
    }
}
