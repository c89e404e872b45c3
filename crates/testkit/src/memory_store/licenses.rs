//! Licenses, activations and validations.

use std::collections::btree_map::Entry;

use std::time::Duration;

use mintage_domain::base::id::{ActivationId, LicenseId, OrderId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::counter::Counter;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::{
    Activations, ExpiringLicense, KeyQuery, KnownLicense, LicenseFilter, LicenseRecord, Licenses,
    StoreError, ValidateDone, ValidateQuery, ValidateRead, Validations,
};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl Licenses for MemoryStore {
    fn license(
        &self,
        tenant: &TenantId,
        id: &LicenseId,
    ) -> Result<Option<LicenseRecord>, StoreError> {
        let tables = self.tables();
        let license = tables.licenses.get(id).filter(|it| it.tenant == *tenant);
        license.map(|license| tables.record(license)).transpose()
    }

    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        request: &PageRequest,
    ) -> Result<Page<LicenseRecord>, StoreError> {
        let tables = self.tables();
        let mut records = tables
            .licenses
            .values()
            .filter(|it| it.tenant == *tenant)
            .map(|license| tables.record(license))
            .collect::<Result<Vec<_>, _>>()?;
        records.retain(|record| fits(filter, record));
        Ok(page(records, request, |it| Cursor {
            at: it.license.created_at,
            id: it.license.id.to_string(),
        }))
    }

    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError> {
        let tables = self.tables();
        // The index is sorted by line and unit.
        tables
            .licenses_by_unit
            .iter()
            .filter(|(unit, _)| unit.order == *order)
            .filter_map(|(_, id)| tables.licenses.get(id))
            .map(|license| tables.record(license))
            .collect()
    }

    fn ended_licenses(&self, ended: Timestamp, n: usize) -> Result<Vec<LicenseRecord>, StoreError> {
        let tables = self.tables();
        let is_listed = |it: &&License| {
            let is_over = it.standing.expires_at().is_some_and(|end| end <= ended);
            // A lapse freezes a license instead of letting it expire.
            let may_end = it.standing.revocation().is_none() && it.standing.lapse().is_none();
            is_over && may_end && !it.is_end_noticed()
        };
        let mut licenses: Vec<_> = tables.licenses.values().filter(is_listed).collect();
        licenses.sort_by_key(|it| it.standing.expires_at());
        let first = licenses.into_iter().take(n);
        first.map(|license| tables.record(license)).collect()
    }

    fn lapsed_licenses(
        &self,
        begun: Timestamp,
        n: usize,
    ) -> Result<Vec<LicenseRecord>, StoreError> {
        let tables = self.tables();
        let from = |it: &License| it.standing.lapse().map(|lapse| lapse.from);
        let is_listed = |it: &&License| {
            let has_begun = from(it).is_some_and(|from| from > Timestamp::EPOCH && from <= begun);
            has_begun && it.standing.revocation().is_none() && !it.is_lapse_noticed()
        };
        let mut licenses: Vec<_> = tables.licenses.values().filter(is_listed).collect();
        licenses.sort_by_key(|it| from(it));
        let first = licenses.into_iter().take(n);
        first.map(|license| tables.record(license)).collect()
    }

    fn expiring_licenses(
        &self,
        now: Timestamp,
        n: usize,
    ) -> Result<Vec<ExpiringLicense>, StoreError> {
        let tables = self.tables();
        let reminder_days = |it: &License| {
            let end = it.standing.expires_at().filter(|end| *end > now)?;
            let key = (it.tenant.clone(), it.product.clone(), it.key_type.clone());
            let days = tables.key_types.get(&key)?.reminder_days?;
            let ahead = Duration::from_hours(24 * u64::from(days));
            (days > 0 && end <= now.plus(ahead)).then_some(days)
        };
        let may_end = |it: &License| {
            let standing = &it.standing;
            let is_free = standing.revocation().is_none() && standing.lapse().is_none();
            is_free && standing.held_by().next().is_none() && !it.is_reminded()
        };
        let licenses = tables.licenses.values().filter(|it| may_end(it));
        let listed = licenses.filter_map(|it| Some((it, reminder_days(it)?)));
        let listed = listed.take(n).map(|(license, reminder_days)| {
            let record = tables.record(license)?;
            Ok(ExpiringLicense {
                record,
                reminder_days,
            })
        });
        listed.collect()
    }
}

impl Activations for MemoryStore {
    fn activation(
        &self,
        license: &LicenseId,
        fingerprint: &Fingerprint,
    ) -> Result<Option<Activation>, StoreError> {
        let key = (license.clone(), fingerprint.clone());
        Ok(self.tables().activations.get(&key).cloned())
    }

    fn activation_by_id(
        &self,
        license: &LicenseId,
        id: &ActivationId,
    ) -> Result<Option<Activation>, StoreError> {
        let tables = self.tables();
        let mut all = tables.activations.values();
        Ok(all
            .find(|it| it.id == *id && it.license == *license)
            .cloned())
    }

    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        request: &PageRequest,
    ) -> Result<Page<Activation>, StoreError> {
        let tables = self.tables();
        let all = tables.activations.values();
        let of_it = all.filter(|it| it.license == *license && it.tenant == *tenant);
        Ok(page(of_it.cloned(), request, |it| Cursor {
            at: it.first_seen,
            id: it.id.to_string(),
        }))
    }
}

impl Validations for MemoryStore {
    fn license_of_key(&self, key: &KeyQuery) -> Result<Option<KnownLicense>, StoreError> {
        self.tables().license_of_key(key)
    }

    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone) {
        let answer = self.tables().validate(query);
        done(answer);
    }
}

impl Tables {
    fn record(&self, license: &License) -> Result<LicenseRecord, StoreError> {
        let customer = self.customers.get(&license.customer);
        let customer = customer.ok_or_else(|| orphan(license, "customer"))?;
        let order = license.unit.as_ref().map(|unit| &unit.order);
        let session = order
            .and_then(|id| self.orders.get(id))
            .and_then(|order| order.session.clone());
        Ok(LicenseRecord {
            license: license.clone(),
            email: customer.email.clone(),
            external_id: customer.external_id.clone(),
            session,
        })
    }

    fn validate(&mut self, query: ValidateQuery) -> Result<ValidateRead, StoreError> {
        let fresh =
            query.nonce.is_none_or(
                |nonce| match self.nonces.entry((nonce.key, nonce.signature)) {
                    Entry::Occupied(_) => false,
                    Entry::Vacant(free) => {
                        free.insert(nonce.expires_at);
                        true
                    }
                },
            );
        let license = self.license_of_key(&query.key)?;
        Ok(ValidateRead { fresh, license })
    }

    fn license_of_key(&self, query: &KeyQuery) -> Result<Option<KnownLicense>, StoreError> {
        let with_key = query.hashes.iter().filter_map(|hash| {
            let key = (query.tenant.clone(), query.mode, *hash);
            self.licenses.get(self.licenses_by_key.get(&key)?)
        });
        let license = with_key.into_iter().find(|it| it.product == query.product);
        license.map(|license| self.known(license)).transpose()
    }

    fn known(&self, license: &License) -> Result<KnownLicense, StoreError> {
        let active = self
            .counters
            .get(&Counter::of_activations(license))
            .copied();
        Ok(KnownLicense {
            record: self.record(license)?,
            plan: self.key_type_name(license)?,
            activations: u32::try_from(active.unwrap_or_default())
                .map_err(|_| orphan(license, "number of devices"))?,
        })
    }

    fn key_type_name(&self, license: &License) -> Result<DisplayName, StoreError> {
        let key = (
            license.tenant.clone(),
            license.product.clone(),
            license.key_type.clone(),
        );
        let key_type = self.key_types.get(&key);
        let key_type = key_type.ok_or_else(|| orphan(license, "key type"))?;
        Ok(key_type.display_name.clone())
    }
}

fn orphan(license: &License, what: &str) -> StoreError {
    StoreError::Inconsistent {
        table: "licenses",
        reason: format!("{} has no {what}", license.id),
    }
}

fn fits(filter: &LicenseFilter, record: &LicenseRecord) -> bool {
    let LicenseFilter {
        product,
        mode,
        state,
        customer,
        email,
        metadata,
    } = filter;
    let has = |(key, text): &(String, String)| {
        let mut searched = record.license.metadata.searched();
        searched.any(|(name, value)| name == key && value == text)
    };
    product
        .as_ref()
        .is_none_or(|product| record.license.product == *product)
        && mode.is_none_or(|mode| record.license.mode == mode)
        && customer
            .as_ref()
            .is_none_or(|customer| record.license.customer == *customer)
        && email.as_ref().is_none_or(|email| record.email == *email)
        && metadata.iter().all(has)
        && state.is_none_or(|(state, now)| record.license.state(now) == state)
}
