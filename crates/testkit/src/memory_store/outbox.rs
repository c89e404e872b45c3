//! Webhook endpoints, deliveries and mails.

use std::collections::BTreeMap;
use std::time::Duration;

use mintage_domain::base::id::{DeliveryId, LicenseId, MailId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::{Deliveries, Mails, StoreError, WebhookEndpoints};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl WebhookEndpoints for MemoryStore {
    fn webhook_endpoint(&self, tenant: &TenantId) -> Result<Option<WebhookEndpoint>, StoreError> {
        Ok(self.tables().endpoints.get(tenant).cloned())
    }
}

impl Deliveries for MemoryStore {
    fn delivery(
        &self,
        tenant: &TenantId,
        id: &DeliveryId,
    ) -> Result<Option<(Delivery, Vec<Attempt>)>, StoreError> {
        let tables = self.tables();
        let delivery = tables.deliveries.get(id).filter(|it| it.tenant == *tenant);
        Ok(delivery.map(|it| (it.clone(), tables.attempts_of(id).cloned().collect())))
    }

    fn deliveries(
        &self,
        tenant: &TenantId,
        request: &PageRequest,
    ) -> Result<Page<(Delivery, Option<Attempt>)>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .deliveries
            .values()
            .filter(|it| it.tenant == *tenant)
            .map(|it| (it.clone(), tables.attempts_of(&it.id).next_back().cloned()));
        Ok(page(rows, request, |(it, _)| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn claim(
        &self,
        now: Timestamp,
        n: usize,
        cap: usize,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        Ok(self.tables().claim(now, n, cap, lease))
    }
}

impl Mails for MemoryStore {
    fn mailing(&self, tenant: &TenantId, id: &MailId) -> Result<Option<QueuedMail>, StoreError> {
        let tables = self.tables();
        let mail = tables.mails.get(id).filter(|it| it.tenant == *tenant);
        Ok(mail.cloned())
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
        for mail in &mut claimed {
            mail.status = MailStatus::Leased;
            mail.due_at = now.plus(lease);
            mail.attempts = mail.attempts.saturating_add(1);
            mail.version = mail.version.saturating_add(1);
            tables.mails.insert(mail.id.clone(), mail.clone());
        }
        Ok(claimed)
    }

    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError> {
        Ok(self.tables().due_mails(before, n))
    }
}

impl Tables {
    fn attempts_of(&self, delivery: &DeliveryId) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.attempts
            .range((delivery.clone(), 0)..=(delivery.clone(), u32::MAX))
            .map(|(_, attempt)| attempt)
    }

    /// The endpoint of a tenant, if deliveries may be sent to it.
    fn reachable(&self, tenant: &TenantId) -> Option<&WebhookEndpoint> {
        self.endpoints
            .get(tenant)
            .filter(|it| it.url.is_some() && it.gone_since.is_none())
    }

    /// The deliveries that are due at `now`, the longest due first.
    fn due(&self, now: Timestamp) -> Vec<DeliveryId> {
        let mut due: Vec<&Delivery> = self
            .deliveries
            .values()
            .filter(|it| is_unsettled(it) && it.due_at <= now)
            .collect();
        due.sort_by_key(|it| (it.due_at, &it.id));
        due.into_iter().map(|it| it.id.clone()).collect()
    }

    /// The number of running leases of each tenant.
    fn running(&self, now: Timestamp) -> BTreeMap<TenantId, usize> {
        let mut leases = BTreeMap::new();
        for delivery in self.deliveries.values() {
            if delivery.status == DeliveryStatus::Leased && delivery.due_at > now {
                *leases.entry(delivery.tenant.clone()).or_default() += 1;
            }
        }
        leases
    }

    fn claim(&mut self, now: Timestamp, n: usize, cap: usize, lease: Duration) -> Vec<Claim> {
        let mut leases = self.running(now);
        let mut claims = Vec::new();
        for id in self.due(now) {
            if claims.len() == n {
                break;
            }
            let Some(mut delivery) = self.deliveries.get(&id).cloned() else {
                continue;
            };
            let Some(endpoint) = self.reachable(&delivery.tenant).cloned() else {
                continue;
            };
            let count = leases.entry(delivery.tenant.clone()).or_default();
            if *count >= cap {
                continue;
            }
            *count += 1;
            delivery.status = DeliveryStatus::Leased;
            delivery.due_at = now.plus(lease);
            delivery.attempts = delivery.attempts.saturating_add(1);
            delivery.version = delivery.version.saturating_add(1);
            self.deliveries.insert(id, delivery.clone());
            claims.push(Claim { delivery, endpoint });
        }
        claims
    }
}

fn is_unsettled(delivery: &Delivery) -> bool {
    match delivery.status {
        DeliveryStatus::Pending | DeliveryStatus::Leased => true,
        DeliveryStatus::Delivered | DeliveryStatus::Failed => false,
    }
}

impl Tables {
    /// The first `n` mails that are due at `at`, the longest due first.
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
