//! Restricted keys and the coupons of their probes.

use mintage_domain::base::id::ProbeCouponId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey, id_of};
use mintage_domain::ports::{RestrictedKeys, StoreError};

use crate::memory_store::store::MemoryStore;

impl RestrictedKeys for MemoryStore {
    fn restricted_key(
        &self,
        tenant: &TenantId,
        mode: Mode,
    ) -> Result<Option<RestrictedKey>, StoreError> {
        let key = (tenant.clone(), mode);
        Ok(self.tables().restricted_keys.get(&key).cloned())
    }

    fn restricted_keys_due(
        &self,
        now: Timestamp,
        n: usize,
    ) -> Result<Vec<RestrictedKey>, StoreError> {
        let tables = self.tables();
        let all = tables.restricted_keys.values();
        let mut due: Vec<_> = all
            .filter(|it| it.due_at.is_some_and(|at| at <= now))
            .cloned()
            .collect();
        due.sort_by_key(|it| (it.due_at, it.id()));
        due.truncate(n);
        Ok(due)
    }

    fn unhealthy_keys(&self, n: usize) -> Result<Vec<RestrictedKey>, StoreError> {
        let tables = self.tables();
        let is_unhealthy = |key: &&RestrictedKey| {
            let connected = key.connected.as_ref();
            connected.is_some_and(|it| it.health.since.is_some())
        };
        let mut found: Vec<_> = tables
            .restricted_keys
            .values()
            .filter(is_unhealthy)
            .cloned()
            .collect();
        found.sort_by_key(RestrictedKey::id);
        found.truncate(n);
        Ok(found)
    }

    fn connected_keys(
        &self,
        after: Option<(&TenantId, Mode)>,
        n: usize,
    ) -> Result<Vec<RestrictedKey>, StoreError> {
        let after = after.map(|(tenant, mode)| id_of(tenant, mode));
        let tables = self.tables();
        let mut found: Vec<_> = tables
            .restricted_keys
            .values()
            .filter(|it| it.connected.is_some() && Some(it.id()) > after)
            .cloned()
            .collect();
        found.sort_by_key(RestrictedKey::id);
        found.truncate(n);
        Ok(found)
    }

    fn probe_coupon(&self, id: &ProbeCouponId) -> Result<Option<ProbeCoupon>, StoreError> {
        Ok(self.tables().probe_coupons.get(id).cloned())
    }

    fn probe_coupons_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProbeCoupon>, StoreError> {
        let tables = self.tables();
        let all = tables.probe_coupons.values();
        let mut due: Vec<_> = all.filter(|it| it.retry_at <= now).cloned().collect();
        due.sort_by_key(|it| (it.retry_at, it.id.clone()));
        due.truncate(n);
        Ok(due)
    }

    fn orphan_coupons(
        &self,
        of: Option<(&TenantId, Mode)>,
        n: usize,
    ) -> Result<Vec<ProbeCoupon>, StoreError> {
        let tables = self.tables();
        let is_of = |it: &&ProbeCoupon| {
            of.is_none_or(|(tenant, mode)| it.tenant == *tenant && it.mode == mode)
        };
        let orphans = tables
            .probe_coupons
            .values()
            .filter(|it| it.is_orphan)
            .filter(is_of);
        Ok(orphans.take(n).cloned().collect())
    }
}
