use std::time::Duration;

use mintage_domain::base::id::{LicenseId, MailId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::ports::{Mails, StoreError};

use super::MemoryStore;
use super::paging::page;
use super::tables::Tables;

impl Tables {
    /// The first mailings that are due at `at`, longest due first.
    fn due_mails(&self, at: Timestamp, n: usize) -> Vec<QueuedMail> {
        let mut due: Vec<&QueuedMail> = self
            .mails
            .values()
            .filter(|it| it.status.is_unsettled() && it.due_at <= at)
            .collect();
        due.sort_by_key(|it| (it.due_at, &it.id));
        due.into_iter().take(n).cloned().collect()
    }
}

impl Mails for MemoryStore {
    fn mailing(&self, tenant: &TenantId, id: &MailId) -> Result<Option<QueuedMail>, StoreError> {
        let tables = self.tables();
        let mailing = tables.mails.get(id).filter(|it| it.tenant == *tenant);
        Ok(mailing.cloned())
    }

    fn mails(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        request: &PageRequest,
    ) -> Result<Page<QueuedMail>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .mails
            .values()
            .filter(|it| it.tenant == *tenant && it.license == *license)
            .cloned();
        Ok(page(rows, request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn claim_mails(
        &self,
        now: Timestamp,
        n: usize,
        lease: Duration,
    ) -> Result<Vec<QueuedMail>, StoreError> {
        let tables = &mut *self.tables();
        let mut claimed = tables.due_mails(now, n);
        for mailing in &mut claimed {
            mailing.status = MailStatus::Leased;
            mailing.due_at = now.plus(lease);
            mailing.attempts = mailing.attempts.saturating_add(1);
            mailing.version = mailing.version.saturating_add(1);
            tables.mails.insert(mailing.id.clone(), mailing.clone());
        }
        Ok(claimed)
    }

    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError> {
        Ok(self.tables().due_mails(before, n))
    }
}
