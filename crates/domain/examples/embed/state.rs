//! What the store knows in memory: the rows that the use cases of the shop read, and the versions of all rows.

use std::collections::{BTreeMap, HashMap};

use mintage_domain::base::id::LicenseId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::{Facts, Refusal};
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::row::{Guarded, Row};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::Payment;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{LicenseRecord, StoreError};

/// Rows by their identity.
pub(crate) type Rows<T> = BTreeMap<Row, T>;

#[derive(Default)]
pub(crate) struct State {
    facts: Facts,
    customers: HashMap<CustomerIdentity, Customer>,
    pub(crate) tenants: Rows<Tenant>,
    pub(crate) products: Rows<Product>,
    pub(crate) key_types: Rows<KeyType>,
    pub(crate) orders: Rows<Order>,
    pub(crate) payments: Rows<Payment>,
    pub(crate) licenses: Rows<License>,
    pub(crate) activations: Rows<Activation>,
}

impl State {
    /// Applies a commit if its guards hold, which the domain checks.
    pub(crate) fn apply(&mut self, mut changes: Changes) -> Result<Receipt, Refusal> {
        let counters = self.facts.admit(&changes)?;
        let proposed = changes.customers.iter().map(Customer::identity);
        let known = proposed
            .filter_map(|who| Some((who.clone(), self.customers.get(&who)?.clone())))
            .collect();
        let joined = changes.join_customers(known);
        for customer in joined.insert.into_iter().chain(joined.update) {
            self.customers.insert(customer.identity(), customer);
        }
        keep(&mut self.tenants, changes.tenants);
        keep(&mut self.products, changes.products);
        keep(&mut self.key_types, changes.key_types);
        keep(&mut self.orders, changes.orders);
        keep(&mut self.payments, changes.payments);
        keep(&mut self.licenses, changes.licenses);
        keep(&mut self.activations, changes.activations);
        Ok(Receipt {
            customers: joined.effective,
            counters,
        })
    }

    /// Records when an active device was seen, unless it was seen later.
    pub(crate) fn record_last_seen(&mut self, of: &LicenseId, device: &Fingerprint, at: Timestamp) {
        let row = Row::Activation(of.clone(), device.clone());
        let activation = self.activations.get_mut(&row);
        if let Some(activation) = activation.filter(|it| it.is_active()) {
            activation.last_seen = activation.last_seen.max(at);
        }
    }

    /// The number of active activations of a license.
    pub(crate) fn activations_of(&self, license: &License) -> u32 {
        let counter = Counter::of_activations(license);
        let active = self.facts.counters.get(&counter).copied();
        u32::try_from(active.unwrap_or_default()).unwrap_or_default()
    }

    pub(crate) fn license(&self, id: &LicenseId) -> Option<&License> {
        self.licenses.get(&Row::License(id.clone()))
    }

    pub(crate) fn record(&self, license: &License) -> Result<LicenseRecord, StoreError> {
        let customer = self.customers.values().find(|it| it.id == license.customer);
        let customer = customer.ok_or_else(|| StoreError::Inconsistent {
            table: "licenses",
            reason: format!("{} has no customer", license.id),
        })?;
        Ok(LicenseRecord {
            license: license.clone(),
            email: customer.email.clone(),
            external_id: customer.external_id.clone(),
            session: None,
        })
    }
}

fn keep<T: Guarded>(rows: &mut Rows<T>, writes: Vec<Write<T>>) {
    let values = writes.into_iter().map(|write| write.value);
    rows.extend(values.map(|value| (value.row(), value)));
}
