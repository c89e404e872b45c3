//! A caller whose signed calls change something.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{KeyQuery, LicenseFilter, ValidateQuery};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

pub(super) struct Caller {
    pub(super) shop: Shop,
    pub(super) api_key: ApiKey,
}

pub(super) fn caller(store: &Nodes<'_>) -> Caller {
    let shop = Shop::opened(store, "acme");
    let api_key = shop.api_key();
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.push(Write::changed(api_key.clone()));
        }),
    );
    Caller { shop, api_key }
}

impl Caller {
    /// The changes of an issue call with this signature.
    pub(super) fn minting(&self, nonce: &Nonce) -> Changes {
        let customer = self.shop.customer();
        let license = self.shop.license(&customer);
        changing(&self.shop, |it| {
            it.nonces.push(nonce.clone());
            it.counters.push(Count {
                counter: Counter::of_licenses(&license),
                add: 1,
                cap: None,
            });
            it.customers.push(customer);
            it.licenses.push(Write::changed(license));
        })
    }

    /// The changes of an issue call with this idempotency key.
    pub(super) fn minting_for(&self, call: &IdempotencyId) -> Changes {
        let mut changes = self.minting(&self.shop.nonce(&self.api_key));
        let license = &changes.licenses[0].value;
        let record = IdempotencyRecord {
            call: call.clone(),
            ..self.shop.idempotency_record(&self.api_key, license)
        };
        changes.idempotency.push(Write::changed(record));
        changes
    }

    pub(super) fn call(&self) -> IdempotencyId {
        let license = self.shop.license(&self.shop.customer());
        self.shop.idempotency_record(&self.api_key, &license).call
    }

    /// Whether a validation with this signature is fresh.
    pub(super) fn is_fresh(&self, store: &Nodes<'_>, nonce: &Nonce) -> bool {
        let query = ValidateQuery {
            nonce: Some(nonce.clone()),
            key: KeyQuery {
                tenant: self.shop.tenant.id.clone(),
                product: self.shop.product.id.clone(),
                mode: self.shop.mode,
                hashes: Vec::new(),
            },
        };
        store.validate(query).expect("the store answers").fresh
    }

    pub(super) fn minted(&self, store: &Nodes<'_>) -> usize {
        let (tenant, filter) = (&self.shop.tenant.id, LicenseFilter::default());
        let all = store.licenses(
            tenant,
            &filter,
            &mintage_domain::base::page::PageRequest::default(),
        );
        all.expect("the store answers").items.len()
    }
}
