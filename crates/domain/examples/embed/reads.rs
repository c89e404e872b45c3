//! The reads of the use cases that the shop calls.

use std::collections::HashMap;

use mintage_domain::base::id::{
    ActivationId, ApiKeyId, LicenseId, OrderId, SessionId, StripeAccountId,
};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::row::{Guarded, Row};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{
    Activations, Catalog, ExpiringLicense, KeyQuery, KnownLicense, LastSeen, LicenseFilter,
    LicenseRecord, Licenses, OrderFilter, Orders, Payments, SeenTarget, StoreError, Tenants,
    ValidateDone, ValidateQuery, ValidateRead, Validations,
};

use crate::journal::JournalStore;
use crate::state::{Rows, State};

type Found<T> = Result<Option<T>, StoreError>;
type Listed<T> = Result<Page<T>, StoreError>;

/// The page of the rows that pass, newest first.
fn page<T: Clone>(
    rows: impl Iterator<Item = T>,
    request: &PageRequest,
    place: impl Fn(&T) -> (Timestamp, String),
) -> Page<T> {
    let after = request.after.as_ref().map(|it| (it.at, it.id.clone()));
    let mut rows: Vec<T> = rows
        .filter(|row| after.as_ref().is_none_or(|after| place(row) < *after))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
    rows.truncate(request.limit() + 1);
    Page::of(rows, request.limit(), |row| {
        let (at, id) = place(row);
        Cursor { at, id }
    })
}

fn one<T: Clone>(rows: &Rows<T>, row: &Row, is_owned: impl FnOnce(&T) -> bool) -> Option<T> {
    rows.get(row).filter(|it| is_owned(it)).cloned()
}

impl Tenants for JournalStore {
    fn tenant(&self, id: &TenantId) -> Found<Tenant> {
        Ok(self.read(|it| one(&it.tenants, &Row::Tenant(id.clone()), |_| true)))
    }

    fn tenants(&self, request: &PageRequest) -> Listed<Tenant> {
        let place = |it: &Tenant| (it.created_at, it.id.to_string());
        Ok(self.read(|it| page(it.tenants.values().cloned(), request, place)))
    }
}

impl Catalog for JournalStore {
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product> {
        let row = Row::Product(tenant.clone(), id.clone());
        Ok(self.read(|it| one(&it.products, &row, |_| true)))
    }

    fn products(&self, tenant: &TenantId, request: &PageRequest) -> Listed<Product> {
        let place = |it: &Product| (it.created_at, it.id.to_string());
        Ok(self.read(|it| {
            let rows = it.products.values().filter(|it| it.tenant == *tenant);
            page(rows.cloned(), request, place)
        }))
    }

    fn key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType> {
        let row = Row::KeyType(tenant.clone(), product.clone(), id.clone());
        Ok(self.read(|it| one(&it.key_types, &row, |_| true)))
    }

    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        request: &PageRequest,
    ) -> Listed<KeyType> {
        let place = |it: &KeyType| (it.created_at, format!("{}/{}", it.product, it.id));
        Ok(self.read(|it| {
            let rows = it.key_types.values().filter(|it| it.tenant == *tenant);
            let rows = rows.filter(|it| product.is_none_or(|id| it.product == *id));
            page(rows.cloned(), request, place)
        }))
    }

    fn key_types_named(
        &self,
        tenant: &TenantId,
        id: &KeyTypeId,
    ) -> Result<Vec<KeyType>, StoreError> {
        Ok(self.read(|it| {
            let rows = it.key_types.values();
            let named = rows.filter(|it| it.tenant == *tenant && it.id == *id);
            named.take(2).cloned().collect()
        }))
    }

    /// The shop has no prices at Stripe.
    fn price_links(
        &self,
        _tenant: &TenantId,
        _account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError> {
        Ok(Vec::new())
    }

    fn price_link(
        &self,
        _tenant: &TenantId,
        _product: &ProductId,
        _key_type: &KeyTypeId,
        _account: &StripeAccountId,
    ) -> Found<PriceLink> {
        Ok(None)
    }
}

impl Orders for JournalStore {
    fn order(&self, tenant: &TenantId, id: &OrderId) -> Found<Order> {
        let row = Row::Order(id.clone());
        Ok(self.read(|it| one(&it.orders, &row, |order| order.tenant == *tenant)))
    }

    /// The orders of the shop have no session at Stripe.
    fn order_of_session(&self, _account: &StripeAccountId, _session: &SessionId) -> Found<Order> {
        Ok(None)
    }

    fn order_of_checkout(&self, _session: &SessionId) -> Found<Order> {
        Ok(None)
    }

    fn orders(
        &self,
        tenant: &TenantId,
        filter: &OrderFilter,
        request: &PageRequest,
    ) -> Listed<Order> {
        let place = |it: &Order| (it.created_at, it.id.to_string());
        Ok(self.read(|it| {
            let rows = it.orders.values().filter(|it| it.tenant == *tenant);
            page(rows.filter(|it| filter.passes(it)).cloned(), request, place)
        }))
    }

    fn stuck_orders(&self, before: Timestamp, n: usize) -> Result<Vec<Order>, StoreError> {
        let is_stuck = |it: &&Order| it.status == OrderStatus::Opening && it.created_at < before;
        Ok(self.read(|it| {
            let stuck = it.orders.values().filter(is_stuck);
            stuck.take(n).cloned().collect()
        }))
    }
}

impl Payments for JournalStore {
    fn payment(&self, key: &PaymentKey) -> Found<Payment> {
        Ok(self.read(|it| one(&it.payments, &Row::Payment(key.clone()), |_| true)))
    }
}

impl Licenses for JournalStore {
    fn license(&self, tenant: &TenantId, id: &LicenseId) -> Found<LicenseRecord> {
        self.read(|state| {
            let license = state.license(id).filter(|it| it.tenant == *tenant);
            license.map(|it| state.record(it)).transpose()
        })
    }

    fn licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        request: &PageRequest,
    ) -> Listed<LicenseRecord> {
        let place = |it: &LicenseRecord| (it.license.created_at, it.license.id.to_string());
        self.read(|state| {
            let licenses = state.licenses.values().filter(|it| it.tenant == *tenant);
            let records = licenses.map(|it| state.record(it));
            let records = records.collect::<Result<Vec<_>, _>>()?;
            let passing = records.into_iter().filter(|it| passes(filter, it));
            Ok(page(passing, request, place))
        })
    }

    fn licenses_of_order(&self, order: &OrderId) -> Result<Vec<LicenseRecord>, StoreError> {
        self.read(|state| {
            let of_order = |it: &License| it.unit.as_ref().is_some_and(|it| it.order == *order);
            let mut licenses: Vec<_> = state.licenses.values().filter(|it| of_order(it)).collect();
            licenses.sort_by_key(|it| it.unit.clone());
            licenses.into_iter().map(|it| state.record(it)).collect()
        })
    }

    fn ended_licenses(&self, ended: Timestamp, n: usize) -> Result<Vec<LicenseRecord>, StoreError> {
        self.read(|state| {
            let is_ended = |it: &License| {
                let end = it.standing.expires_at();
                let is_free = it.standing.revocation().is_none() && it.standing.lapse().is_none();
                is_free && !it.is_end_noticed() && end.is_some_and(|end| end <= ended)
            };
            let mut licenses: Vec<_> = state.licenses.values().filter(|it| is_ended(it)).collect();
            licenses.sort_by_key(|it| it.standing.expires_at());
            let first = licenses.into_iter().take(n);
            first.map(|it| state.record(it)).collect()
        })
    }

    /// This shop sells no subscriptions, so no license lapses.
    fn lapsed_licenses(&self, _: Timestamp, _: usize) -> Result<Vec<LicenseRecord>, StoreError> {
        Ok(Vec::new())
    }

    /// This shop reminds nobody.
    fn expiring_licenses(
        &self,
        _: Timestamp,
        _: usize,
    ) -> Result<Vec<ExpiringLicense>, StoreError> {
        Ok(Vec::new())
    }
}

fn passes(filter: &LicenseFilter, record: &LicenseRecord) -> bool {
    let license = &record.license;
    let has = |(key, text): &(String, String)| {
        let mut searched = license.metadata.searched();
        searched.any(|(name, value)| name == key && value == text)
    };
    filter
        .product
        .as_ref()
        .is_none_or(|it| license.product == *it)
        && filter.mode.is_none_or(|it| license.mode == it)
        && filter
            .state
            .is_none_or(|(state, at)| license.state(at) == state)
        && filter
            .customer
            .as_ref()
            .is_none_or(|it| license.customer == *it)
        && filter.email.as_ref().is_none_or(|it| record.email == *it)
        && filter.metadata.iter().all(has)
}

impl Activations for JournalStore {
    fn activation(&self, license: &LicenseId, device: &Fingerprint) -> Found<Activation> {
        let row = Row::Activation(license.clone(), device.clone());
        Ok(self.read(|it| one(&it.activations, &row, |_| true)))
    }

    fn activation_by_id(&self, license: &LicenseId, id: &ActivationId) -> Found<Activation> {
        Ok(self.read(|it| {
            let mut all = it.activations.values();
            all.find(|it| it.license == *license && it.id == *id)
                .cloned()
        }))
    }

    fn activations(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        request: &PageRequest,
    ) -> Listed<Activation> {
        let place = |it: &Activation| (it.first_seen, it.id.to_string());
        Ok(self.read(|it| {
            let all = it.activations.values();
            let rows = all.filter(|it| it.tenant == *tenant && it.license == *license);
            page(rows.cloned(), request, place)
        }))
    }
}

impl Validations for JournalStore {
    fn license_of_key(&self, key: &KeyQuery) -> Found<KnownLicense> {
        self.read(|state| find(state, key))
    }

    /// The callers of the shop sign nothing, so there is no nonce to use up.
    fn submit_validate(&self, query: ValidateQuery, done: ValidateDone) {
        done(match query.nonce {
            Some(_) => Err(StoreError::Failed("this store keeps no nonces".to_owned())),
            None => self.license_of_key(&query.key).map(|license| ValidateRead {
                fresh: true,
                license,
            }),
        });
    }
}

fn find(state: &State, key: &KeyQuery) -> Found<KnownLicense> {
    let mut licenses = state.licenses.values();
    let found = licenses.find(|it| {
        it.tenant == key.tenant
            && it.product == key.product
            && it.mode == key.mode
            && key.hashes.contains(&it.key_hash)
    });
    let Some(license) = found else {
        return Ok(None);
    };
    let plan = Row::KeyType(
        license.tenant.clone(),
        license.product.clone(),
        license.key_type.clone(),
    );
    let plan = state.key_types.get(&plan);
    let plan = plan.ok_or_else(|| StoreError::Inconsistent {
        table: "licenses",
        reason: format!("{:?} has no key type", license.row()),
    })?;
    Ok(Some(KnownLicense {
        record: state.record(license)?,
        plan: plan.display_name.clone(),
        activations: state.activations_of(license),
    }))
}

/// Times of last use are kept in memory only: they are not worth a line in the file.
impl LastSeen for JournalStore {
    fn record_last_seen(&self, seen: &[(SeenTarget, Timestamp)]) -> Result<(), StoreError> {
        self.change(|state| {
            for (target, at) in seen {
                if let SeenTarget::Device(license, device) = target {
                    state.record_last_seen(license, device, *at);
                }
            }
        });
        Ok(())
    }

    /// The shop has no API keys.
    fn last_used(&self, _keys: &[ApiKeyId]) -> Result<HashMap<ApiKeyId, Timestamp>, StoreError> {
        Ok(HashMap::new())
    }
}
