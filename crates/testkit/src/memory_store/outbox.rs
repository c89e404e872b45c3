//! Webhook endpoints, deliveries and mails.

use mintage_domain::base::id::{DeliveryId, LicenseId, MailId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::lane::LaneState;
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::{
    ClaimLimits, Claimed, Deliveries, Mails, StoreError, WebhookEndpoints,
};

use crate::memory_store::lanes::{LaneRow, turns};
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

    fn claim(&self, limits: &ClaimLimits) -> Result<Claimed<Claim>, StoreError> {
        Ok(self.tables().claim(limits))
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
            .filter(|it| it.tenant == *tenant && it.content.license() == Some(license))
            .cloned();
        Ok(page(rows, request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn claim_mails(&self, limits: &ClaimLimits) -> Result<Claimed<QueuedMail>, StoreError> {
        Ok(self.tables().claim_mails(limits))
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

    /// Whether an earlier event of the license has not ended.
    fn is_blocked(&self, delivery: &Delivery) -> bool {
        self.deliveries.values().any(|it| {
            it.license == delivery.license && it.sequence < delivery.sequence && it.is_unsettled()
        })
    }

    fn claim(&mut self, limits: &ClaimLimits) -> Claimed<Claim> {
        let rows = self.deliveries.values().filter(|it| it.is_unsettled());
        let rows = rows.filter(|it| it.due_at > limits.now || !self.is_blocked(it));
        let rows = rows.map(|it| LaneRow {
            tenant: &it.tenant,
            id: it.id.clone(),
            is_leased: it.status == DeliveryStatus::Leased,
            due_at: it.due_at,
        });
        let turns = turns(rows, &self.served, limits, |tenant| {
            let endpoint = self.endpoints.get(tenant)?;
            Some((endpoint.lane(), endpoint.health.width))
        });
        let mut leased = Vec::new();
        for id in turns.picked {
            let Some(delivery) = self.deliveries.get_mut(&id) else {
                continue;
            };
            delivery.lease(limits.now.plus(limits.lease));
            let Some(endpoint) = self.endpoints.get(&delivery.tenant) else {
                continue;
            };
            self.served.insert(delivery.tenant.clone(), limits.now);
            leased.push(Claim {
                delivery: delivery.clone(),
                endpoint: endpoint.clone(),
            });
        }
        Claimed {
            leased,
            unreadable: Vec::new(),
            has_more: turns.has_more,
        }
    }

    fn claim_mails(&mut self, limits: &ClaimLimits) -> Claimed<QueuedMail> {
        let rows = self.mails.values().filter(|it| it.status.is_unsettled());
        let rows = rows.map(|it| LaneRow {
            tenant: &it.tenant,
            id: it.id.clone(),
            is_leased: it.status == MailStatus::Leased,
            due_at: it.due_at,
        });
        let turns = turns(rows, &self.mails_served, limits, |_| {
            Some((LaneState::Responsive, None))
        });
        let mut leased = Vec::new();
        for id in turns.picked {
            let Some(mail) = self.mails.get_mut(&id) else {
                continue;
            };
            mail.lease(limits.now.plus(limits.lease));
            self.mails_served.insert(mail.tenant.clone(), limits.now);
            leased.push(mail.clone());
        }
        Claimed {
            leased,
            unreadable: Vec::new(),
            has_more: turns.has_more,
        }
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
