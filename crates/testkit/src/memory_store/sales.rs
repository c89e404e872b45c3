//! What was heard from Stripe, orders and payments.

use mintage_domain::base::id::{OrderId, SessionId, StripeAccountId, StripeEventId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::ports::{Orders, Payments, ProcessedEvents, StoreError};

use super::MemoryStore;
use super::paging::page;

impl ProcessedEvents for MemoryStore {
    fn processed_event(
        &self,
        endpoint: Mode,
        id: &StripeEventId,
    ) -> Result<Option<ProcessedEvent>, StoreError> {
        Ok(self.tables().events.get(&(endpoint, id.clone())).cloned())
    }

    fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProcessedEvent>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<&ProcessedEvent> = tables
            .events
            .values()
            .filter(|it| {
                matches!(&it.outcome, EventOutcome::Parked { retry_at, .. } if *retry_at <= now)
            })
            .collect();
        due.sort_by_key(|it| (it.received_at, &it.id));
        Ok(due.into_iter().take(n).cloned().collect())
    }

    fn parked(
        &self,
        tenant: &TenantId,
        request: &PageRequest,
    ) -> Result<Page<ProcessedEvent>, StoreError> {
        let tables = self.tables();
        let is_theirs = |event: &&ProcessedEvent| {
            event.account.as_ref().is_some_and(|account| {
                let account = AccountRef {
                    mode: event.endpoint,
                    account: account.clone(),
                };
                let link = tables.accounts.get(&account);
                link.is_some_and(|link| link.tenant == *tenant)
            })
        };
        let parked = tables
            .events
            .values()
            .filter(|it| matches!(it.outcome, EventOutcome::Parked { .. }))
            .filter(is_theirs);
        // One event may be heard on the endpoints of both modes.
        Ok(page(parked.cloned(), request, |it| Cursor {
            at: it.received_at,
            id: format!("{}/{}", it.endpoint, it.id),
        }))
    }
}

impl Orders for MemoryStore {
    fn order(&self, tenant: &TenantId, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let tables = self.tables();
        let order = tables.orders.get(id).filter(|it| it.tenant == *tenant);
        Ok(order.cloned())
    }

    fn order_of_session(
        &self,
        account: &StripeAccountId,
        session: &SessionId,
    ) -> Result<Option<Order>, StoreError> {
        let tables = self.tables();
        let order = tables
            .orders
            .values()
            .find(|it| it.account == *account && it.session.as_ref() == Some(session));
        Ok(order.cloned())
    }

    fn orders(&self, tenant: &TenantId, request: &PageRequest) -> Result<Page<Order>, StoreError> {
        let tables = self.tables();
        let rows = tables.orders.values().filter(|it| it.tenant == *tenant);
        Ok(page(rows.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError> {
        let tables = self.tables();
        let stuck = tables
            .orders
            .values()
            .filter(|it| it.status == OrderStatus::Opening && it.created_at < before);
        Ok(stuck.take(n).cloned().collect())
    }
}

impl Payments for MemoryStore {
    fn payment(&self, key: &PaymentKey) -> Result<Option<Payment>, StoreError> {
        Ok(self.tables().payments.get(key).cloned())
    }
}
