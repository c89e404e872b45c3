//! Orders, payments and customers.

use std::collections::BTreeSet;
use std::mem;

use mintage_domain::base::id::{CustomerId, OrderId, SessionId, StripeAccountId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sales::subscription::{Subscription, SubscriptionKey};
use mintage_domain::ports::{
    CustomerFilter, Customers, Erasure, Erasures, OrderFilter, Orders, Payments, StoreError,
    Subscriptions, TenantErasure, TenantRows,
};

use crate::memory_store::housekeeping::erase_body;
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

    fn order_of_checkout(&self, session: &SessionId) -> Result<Option<Order>, StoreError> {
        let tables = self.tables();
        let of_it = |it: &&Order| it.session.as_ref() == Some(session);
        let mut orders = tables.orders.values().filter(of_it);
        let only = orders.next().filter(|_| orders.next().is_none());
        Ok(only.cloned())
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

impl Subscriptions for MemoryStore {
    fn subscription(&self, key: &SubscriptionKey) -> Result<Option<Subscription>, StoreError> {
        Ok(self.tables().subscriptions.get(key).cloned())
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

impl Erasures for MemoryStore {
    fn erase_customer(&self, erasure: &Erasure) -> Result<bool, StoreError> {
        let tables = &mut *self.tables();
        let customer = tables.customers.get_mut(&erasure.customer);
        let Some(customer) = customer.filter(|it| it.tenant == erasure.tenant) else {
            return Ok(false);
        };
        tables.customers_by_identity.remove(&customer.identity());
        let address = std::mem::replace(&mut customer.email, erasure.email.clone());
        (customer.name, customer.external_id) = (None, None);
        customer.metadata.clear();
        tables
            .customers_by_identity
            .insert(customer.identity(), customer.id.clone());
        let of_customer = |it: &License| it.customer == erasure.customer;
        let licenses = tables.licenses.values_mut().filter(|it| of_customer(it));
        let mut ids = BTreeSet::new();
        let mut units = BTreeSet::new();
        for license in licenses {
            (license.notes, license.metadata) = (None, Metadata::default());
            license.version += 1;
            units.extend(license.unit.as_ref().map(|unit| unit.order.clone()));
            ids.insert(license.id.clone());
        }
        for device in tables.activations.values_mut() {
            if ids.contains(&device.license) {
                (device.hostname, device.os) = (None, None);
                device.metadata = Metadata::default();
                device.version += 1;
            }
        }
        for mail in tables.mails.values_mut() {
            if mail.content.license().is_some_and(|id| ids.contains(id)) {
                mail.to = erasure.email.clone();
                mail.version += 1;
            }
        }
        for order in tables.orders.values_mut() {
            let is_own = units.contains(&order.id);
            let mut is_changed = false;
            for known in [&mut order.buyer, &mut order.email] {
                let is_address = order.tenant == erasure.tenant && known.as_ref() == Some(&address);
                if known.is_some() && (is_own || is_address) {
                    *known = None;
                    is_changed = true;
                }
            }
            if is_changed {
                order.basket.metadata = Metadata::default();
                order.version += 1;
            }
        }
        let entry = erasure.audit.clone();
        tables.audit.insert(entry.id.clone(), entry);
        Ok(true)
    }

    /// All rows in one step.
    fn erase_tenant(&self, step: &TenantErasure) -> Result<Option<Cursor>, StoreError> {
        let tables = &mut *self.tables();
        match step.rows {
            TenantRows::Orders => {
                let orders = tables.orders.values_mut();
                for order in orders.filter(|it| it.tenant == step.tenant) {
                    let metadata = mem::take(&mut order.basket.metadata);
                    let known = (order.buyer.take(), order.email.take(), metadata);
                    order.version += u64::from(known != (None, None, Metadata::default()));
                }
            }
            TenantRows::Mails => {
                let is_to_seller = |it: &&mut QueuedMail| {
                    it.tenant == step.tenant && it.content.license().is_none()
                };
                for mail in tables.mails.values_mut().filter(is_to_seller) {
                    mail.version += u64::from(mail.to != step.email);
                    mail.to = step.email.clone();
                }
            }
            TenantRows::Deliveries => {
                let deliveries = tables.deliveries.values_mut();
                deliveries
                    .filter(|it| it.tenant == step.tenant && !it.sealed_body.is_erased())
                    .for_each(erase_body);
            }
            TenantRows::Audit => {
                let entries = tables.audit.values_mut();
                for entry in entries.filter(|it| it.tenant == step.tenant) {
                    entry.origin = None;
                }
            }
        }
        Ok(None)
    }
}
