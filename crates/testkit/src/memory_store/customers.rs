//! Customers.

use mintage_domain::base::id::CustomerId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::ports::{CustomerFilter, Customers, StoreError};

use super::MemoryStore;
use super::paging::page;

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
        Ok(page(fitting.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }
}
