//! Merging proposed customers with those that exist.

use std::collections::HashMap;

use crate::base::id::CustomerId;
use crate::commit::changes::Changes;
use crate::model::sales::customer::{Customer, CustomerIdentity, ExternalId};

impl Changes {
    /// Joins the customers of these changes with those that exist already: the merged rows to
    /// write take the place of what was proposed, and orders, licenses and events follow them. Returns
    /// the effective id of each proposed one, and what is to be inserted and updated.
    pub fn join_customers(
        &mut self,
        mut known: HashMap<CustomerIdentity, Customer>,
    ) -> JoinedCustomers {
        let mut joined = JoinedCustomers::default();
        let mut fresh: Vec<CustomerIdentity> = Vec::new();
        let mut touched: Vec<CustomerIdentity> = Vec::new();
        for proposed in std::mem::take(&mut self.customers) {
            let identity = proposed.identity();
            let effective = if let Some(existing) = known.get_mut(&identity) {
                if existing.merge(&proposed)
                    && !fresh.contains(&identity)
                    && !touched.contains(&identity)
                {
                    touched.push(identity);
                }
                existing.id.clone()
            } else {
                let id = proposed.id.clone();
                fresh.push(identity.clone());
                known.insert(identity, proposed.clone());
                id
            };
            joined.effective.insert(proposed.id, effective);
        }
        let external_ids: HashMap<CustomerId, ExternalId> = known
            .values()
            .filter_map(|customer| Some((customer.id.clone(), customer.external_id.clone()?)))
            .collect();
        joined.insert = fresh.iter().filter_map(|who| known.remove(who)).collect();
        joined.update = touched.iter().filter_map(|who| known.remove(who)).collect();
        for order in &mut self.orders {
            if let Some(customer) = &mut order.value.customer
                && let Some(effective) = joined.effective.get(customer)
            {
                customer.clone_from(effective);
            }
        }
        for license in &mut self.licenses {
            if let Some(effective) = joined.effective.get(&license.value.customer) {
                license.value.customer.clone_from(effective);
            }
        }
        for delivery in &mut self.deliveries {
            if let Some(customer) = &mut delivery.value.customer
                && let Some(effective) = joined.effective.get(&customer.id)
            {
                customer.id.clone_from(effective);
                customer.external_id = external_ids.get(effective).cloned();
            }
        }
        joined
    }
}

/// The customers of a batch after joining.
#[derive(Debug, Default)]
pub struct JoinedCustomers {
    /// Customers that did not exist.
    pub insert: Vec<Customer>,
    /// Customers that existed and were changed by the merge.
    pub update: Vec<Customer>,
    /// The effective id of each proposed customer.
    pub effective: HashMap<CustomerId, CustomerId>,
}
