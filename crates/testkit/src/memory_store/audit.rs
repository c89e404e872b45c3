//! The audit trail.

use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::ports::{AuditFilter, AuditRecord, Audits, StoreError};

use super::MemoryStore;
use super::paging::page;

fn fits(filter: &AuditFilter, entry: &AuditRecord) -> bool {
    let AuditFilter {
        action,
        target,
        actor,
        from,
        to,
    } = filter;
    let is = |wanted: &Option<String>, it: &str| wanted.as_ref().is_none_or(|text| text == it);
    is(action, &entry.action)
        && is(target, &entry.target)
        && is(actor, &entry.actor)
        && from.is_none_or(|from| from <= entry.at)
        && to.is_none_or(|to| entry.at < to)
}

impl Audits for MemoryStore {
    fn audit(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        request: &PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError> {
        let tables = self.tables();
        let entries = tables.audit.values().filter(|it| it.tenant == *tenant);
        let records = entries.map(AuditRecord::from);
        let fitting = records.filter(|it| fits(filter, it));
        Ok(page(fitting, request, |it| Cursor {
            at: it.at,
            id: it.id.clone(),
        }))
    }
}
