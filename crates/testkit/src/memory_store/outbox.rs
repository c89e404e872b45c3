//! Webhook endpoints, deliveries and mails.

use mintage_domain::base::id::{DeliveryId, LicenseId, MailId, WebhookEndpointId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::lane::LaneState;
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::outbox::subscription::Subscriber;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::{
    ClaimLimits, Claimed, Deliveries, Mails, StoreError, WebhookEndpoints,
};

use crate::memory_store::lanes::{LaneRow, turns};
use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl WebhookEndpoints for MemoryStore {
    fn webhook_endpoint(
        &self,
        tenant: &TenantId,
        id: &WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        let key = (tenant.clone(), id.clone());
        Ok(self.tables().endpoints.get(&key).cloned())
    }

    fn webhook_endpoints(&self, tenant: &TenantId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        Ok(self.tables().endpoints_of(tenant).cloned().collect())
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
        endpoint: Option<&WebhookEndpointId>,
        request: &PageRequest,
    ) -> Result<Page<(Delivery, Option<Attempt>)>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .deliveries
            .values()
            .filter(|it| it.tenant == *tenant && endpoint.is_none_or(|id| *id == it.endpoint))
            .map(|it| (it.clone(), tables.attempts_of(&it.id).next_back().cloned()));
        Ok(page(rows, request, |(it, _)| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn waiting_deliveries(
        &self,
        tenant: Option<&TenantId>,
        n: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let tables = self.tables();
        let waiting = tables.deliveries.values();
        let waiting = waiting.filter(|it| tenant.is_none_or(|tenant| *tenant == it.tenant));
        let mut waiting: Vec<_> = waiting.filter(|it| tables.is_received(it)).collect();
        waiting.sort_by_key(|it| (it.created_at, &it.id));
        Ok(waiting.into_iter().take(n).cloned().collect())
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

    /// The endpoints of a tenant that have a URL, the first one first.
    fn endpoints_of(&self, tenant: &TenantId) -> impl Iterator<Item = &WebhookEndpoint> {
        let mut found: Vec<_> = self
            .endpoints
            .values()
            .filter(|it| it.tenant == *tenant && it.url.is_some())
            .collect();
        found.sort_by_key(|it| (!it.is_first(), &it.id));
        found.into_iter()
    }

    /// What the endpoints of a tenant receive.
    pub(super) fn subscribers(&self, tenant: &TenantId) -> Vec<Subscriber> {
        let endpoints = self.endpoints_of(tenant);
        endpoints.map(WebhookEndpoint::subscriber).collect()
    }

    /// Whether a delivery waits for the first endpoint of its tenant, which has no URL, although another
    /// endpoint receives the event.
    fn is_received(&self, delivery: &Delivery) -> bool {
        let mut endpoints = self.endpoints_of(&delivery.tenant);
        delivery.status == DeliveryStatus::Pending
            && delivery.attempts == 0
            && !self
                .endpoints_of(&delivery.tenant)
                .any(WebhookEndpoint::is_first)
            && delivery.waits_in.is_some_and(|mode| {
                endpoints.any(|it| it.subscription.receives(delivery.event, mode))
            })
    }

    /// Whether an earlier event of the license has not ended.
    fn is_blocked(&self, delivery: &Delivery) -> bool {
        self.deliveries.values().any(|it| {
            it.license == delivery.license
                && it.endpoint == delivery.endpoint
                && it.sequence < delivery.sequence
                && it.is_unsettled()
                && !it.event.is_activity()
        })
    }

    fn claim(&mut self, limits: &ClaimLimits) -> Claimed<Claim> {
        let rows = self.deliveries.values().filter(|it| it.is_unsettled());
        let rows = rows.filter(|it| it.due_at > limits.now || !self.is_blocked(it));
        let rows = rows.map(|it| LaneRow {
            lane: it.endpoint.as_str(),
            id: it.id.clone(),
            is_leased: it.status == DeliveryStatus::Leased,
            due_at: it.due_at,
        });
        let turns = turns(rows, &self.served, limits, |id| {
            let mut endpoints = self.endpoints.values();
            let endpoint = endpoints.find(|it| it.id.as_str() == id)?;
            Some((endpoint.lane(), endpoint.health.width))
        });
        let mut leased = Vec::new();
        for id in turns.picked {
            let Some(delivery) = self.deliveries.get_mut(&id) else {
                continue;
            };
            delivery.lease(limits.now.plus(limits.lease));
            let key = (delivery.tenant.clone(), delivery.endpoint.clone());
            let Some(endpoint) = self.endpoints.get(&key) else {
                continue;
            };
            self.served
                .insert(delivery.endpoint.to_string(), limits.now);
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
            lane: it.tenant.as_str(),
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
            self.mails_served
                .insert(mail.tenant.to_string(), limits.now);
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
