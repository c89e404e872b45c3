//! Orders, payments and customers.

use mintage_domain::base::id::{CustomerId, OrderId, SessionId, StripeAccountId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::ports::{CustomerFilter, Customers, OrderFilter, Orders, Payments, StoreError};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;

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

    fn orders(
        &self,
        tenant: &TenantId,
        filter: &OrderFilter,
        request: &PageRequest,
    ) -> Result<Page<Order>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .orders
            .values()
            .filter(|it| it.tenant == *tenant && filter.passes(it));
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

impl Customers for MemoryStore {
    fn customer(&self, tenant: &TenantId, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        let tables = self.tables();
        let customer = tables.customers.get(id).filter(|it| it.tenant == *tenant);
        Ok(customer.cloned())
    }

    fn customers(
        &self,
        tenant: &TenantId,
        filter: &CustomerFilter,
        request: &PageRequest,
    ) -> Result<Page<Customer>, StoreError> {
        let tables = self.tables();
        let theirs = tables.customers.values().filter(|it| it.tenant == *tenant);
        let fitting = theirs.filter(|it| fits(filter, it));
        if filter.is_by_address() {
            return Ok(by_address(fitting.cloned().collect(), request));
        }
        Ok(page(fitting.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }
}

fn by_address(mut customers: Vec<Customer>, request: &PageRequest) -> Page<Customer> {
    customers.sort_by(|a, b| (&a.email, a.mode.as_str()).cmp(&(&b.email, b.mode.as_str())));
    if let Some(after) = &request.after {
        let before = customers.iter().position(|it| it.id.as_str() == after.id);
        customers.drain(..before.map_or(0, |place| place + 1));
    }
    Page::of(customers, request.limit(), |it| Cursor {
        at: it.created_at,
        id: it.id.to_string(),
    })
}

fn fits(filter: &CustomerFilter, customer: &Customer) -> bool {
    let CustomerFilter {
        mode,
        email,
        email_start,
        external_id,
    } = filter;
    mode.is_none_or(|mode| customer.mode == mode)
        && email.as_ref().is_none_or(|email| customer.email == *email)
        && email_start
            .as_ref()
            .is_none_or(|start| start.begins(&customer.email))
        && (external_id.is_none() || customer.external_id == *external_id)
}
