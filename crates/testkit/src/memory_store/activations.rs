//! The devices of licenses.

use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::ports::{Activations, StoreError};

use super::MemoryStore;
use super::paging::page;

impl Activations for MemoryStore {
    fn activation(
        &self,
        license: &LicenseId,
        fingerprint: &Fingerprint,
    ) -> Result<Option<Activation>, StoreError> {
        let key = (license.clone(), fingerprint.clone());
        Ok(self.tables().activations.get(&key).cloned())
    }

    fn activation_by_id(
        &self,
        license: &LicenseId,
        id: &ActivationId,
    ) -> Result<Option<Activation>, StoreError> {
        let tables = self.tables();
        let mut all = tables.activations.values();
        Ok(all
            .find(|it| it.id == *id && it.license == *license)
            .cloned())
    }

    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        request: &PageRequest,
    ) -> Result<Page<Activation>, StoreError> {
        let tables = self.tables();
        let all = tables.activations.values();
        let of_it = all.filter(|it| it.license == *license && it.tenant == *tenant);
        Ok(page(of_it.cloned(), request, |it| Cursor {
            at: it.first_seen,
            id: it.id.to_string(),
        }))
    }
}
