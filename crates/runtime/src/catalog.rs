//! Reading tenants and the catalog through the cache of this node, for decisions that are made often.

use std::hash::Hash;
use std::sync::Arc;

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{Catalog, StoreError, Tenants};
use mintage_domain::usecase::catalog::offer::{self, Offer};

use crate::app::App;
use crate::blocking::{BlockingError, blocking};
use crate::state::VersionedMap;

/// The tenants and the catalog of the store. Single tenants, products and key types may be a few
/// seconds old; lists and prices are not cached.
pub struct CachedCatalog<'a>(&'a App);

impl<'a> CachedCatalog<'a> {
    /// The catalog of this app.
    pub fn of(app: &'a App) -> Self {
        Self(app)
    }

    /// A value of the cache, else of the store, which is then cached.
    fn cached<K: Eq + Hash, V: Clone>(
        &self,
        values: &VersionedMap<K, V>,
        key: K,
        read: impl FnOnce() -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        let Self(app) = self;
        let now = app.clock.now();
        let read_version = || app.store.configuration_version();
        let version = app.configuration.read_version(now, read_version)?;
        let cached = version.and_then(|version| values.get(&key, version, now));
        if let Some(cached) = cached {
            return Ok(Some(V::clone(&cached)));
        }
        let found = read()?;
        if let (Some(value), Some(version)) = (&found, version) {
            values.put(key, Arc::new(value.clone()), version, now);
        }
        Ok(found)
    }
}

impl Tenants for CachedCatalog<'_> {
    fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let values = &self.0.configuration.tenants;
        self.cached(values, id.clone(), || self.0.store.tenant(id))
    }

    fn tenants(&self, page: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        self.0.store.tenants(page)
    }
}

impl Catalog for CachedCatalog<'_> {
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Result<Option<Product>, StoreError> {
        let values = &self.0.configuration.products;
        let key = (tenant.clone(), id.clone());
        self.cached(values, key, || self.0.store.product(tenant, id))
    }

    fn products(&self, tenant: &TenantId, page: &PageRequest) -> Result<Page<Product>, StoreError> {
        self.0.store.products(tenant, page)
    }

    fn key_type(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        id: &KeyTypeId,
    ) -> Result<Option<KeyType>, StoreError> {
        let values = &self.0.configuration.key_types;
        let key = (tenant.clone(), product.clone(), id.clone());
        self.cached(values, key, || self.0.store.key_type(tenant, product, id))
    }

    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Result<Page<KeyType>, StoreError> {
        self.0.store.key_types(tenant, product, page)
    }

    fn key_types_named(
        &self,
        tenant: &TenantId,
        id: &KeyTypeId,
    ) -> Result<Vec<KeyType>, StoreError> {
        self.0.store.key_types_named(tenant, id)
    }

    fn price_links(
        &self,
        tenant: &TenantId,
        account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError> {
        self.0.store.price_links(tenant, account)
    }

    fn price_link(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
        account: &StripeAccountId,
    ) -> Result<Option<PriceLink>, StoreError> {
        let store = &self.0.store;
        store.price_link(tenant, product, key_type, account)
    }
}

/// Finds an offer: at once if it is cached, else in the store. `None` if there is no such key type.
pub async fn find_offer(
    app: &Arc<App>,
    (tenant, product, key_type): (&TenantId, &ProductId, &KeyTypeId),
) -> Result<Result<Option<Offer>, StoreError>, BlockingError> {
    let key = (tenant.clone(), product.clone(), key_type.clone());
    if let Some(offer) = cached_offer(app, &key) {
        return Ok(Ok(Some(offer)));
    }
    let (tenant, product, key_type) = key;
    blocking(app, move |app| {
        offer::find_offer(&CachedCatalog::of(app), &tenant, &product, &key_type)
    })
    .await
}

fn cached_offer(app: &App, key: &(TenantId, ProductId, KeyTypeId)) -> Option<Offer> {
    let (cache, now) = (&app.configuration, app.clock.now());
    let version = cache.version(now)?;
    let seller = cache.tenants.get(&key.0, version, now)?;
    let key_type = cache.key_types.get(key, version, now)?;
    Some(Offer {
        seller: Tenant::clone(&seller),
        key_type: KeyType::clone(&key_type),
    })
}
