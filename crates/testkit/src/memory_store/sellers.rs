//! Tenants, management tokens and the audit trail.

use mintage_domain::base::id::TokenId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{AuditFilter, AuditRecord, Audits, StoreError, Tenants, Tokens};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;

impl Tenants for MemoryStore {
    fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        Ok(self.tables().tenants.get(id).cloned())
    }

    fn tenants(&self, request: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        let tables = self.tables();
        Ok(page(tables.tenants.values().cloned(), request, |it| {
            Cursor {
                at: it.created_at,
                id: it.id.to_string(),
            }
        }))
    }
}

impl Tokens for MemoryStore {
    fn token(&self, hash: &SecretHash) -> Result<Option<ManagementToken>, StoreError> {
        let tables = self.tables();
        let token = tables.tokens.values().find(|it| it.hash == *hash);
        Ok(token.cloned())
    }

    fn token_by_id(
        &self,
        tenant: &TenantId,
        id: &TokenId,
    ) -> Result<Option<ManagementToken>, StoreError> {
        let tables = self.tables();
        let token = tables.tokens.get(id).filter(|it| it.tenant == *tenant);
        Ok(token.cloned())
    }

    fn tokens(
        &self,
        tenant: &TenantId,
        request: &PageRequest,
    ) -> Result<Page<ManagementToken>, StoreError> {
        let tables = self.tables();
        let rows = tables.tokens.values().filter(|it| it.tenant == *tenant);
        Ok(page(rows.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }
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
