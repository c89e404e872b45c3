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
use crate::state::TtlCache;

/// The tenants and the catalog of the store. Single tenants, products and key types may be a few
/// seconds old; lists and prices are not cached.
pub struct CachedCatalog<'a>(&'a App);

impl<'a> CachedCatalog<'a> {
    /// The catalog of this app.
    pub fn of(app: &'a App) -> Self {
        Self(app)
    }

    /// A value of a cache, else of the store, which is then cached.
    fn cached<K: Eq + Hash, V: Clone>(
        &self,
        cache: &TtlCache<K, V>,
        key: K,
        read: impl FnOnce() -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        let now = self.0.clock.now();
        if let Some(cached) = cache.get(&key, now) {
            return Ok(Some(V::clone(&cached)));
        }
        let reading = cache.begin_read(now);
        let found = read()?;
        if let Some(value) = &found {
            cache.put(key, &Arc::new(value.clone()), reading);
        }
        Ok(found)
    }
}

impl Tenants for CachedCatalog<'_> {
    fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let cache = &self.0.catalog_cache.tenants;
        self.cached(cache, id.clone(), || self.0.store.tenant(id))
    }

    fn tenants(&self, page: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        self.0.store.tenants(page)
    }
}

impl Catalog for CachedCatalog<'_> {
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Result<Option<Product>, StoreError> {
        let cache = &self.0.catalog_cache.products;
        let key = (tenant.clone(), id.clone());
        self.cached(cache, key, || self.0.store.product(tenant, id))
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
        let cache = &self.0.catalog_cache.key_types;
        let key = (tenant.clone(), product.clone(), id.clone());
        self.cached(cache, key, || self.0.store.key_type(tenant, product, id))
    }

    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Result<Page<KeyType>, StoreError> {
        self.0.store.key_types(tenant, product, page)
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
    let now = app.clock.now();
    let key = (tenant.clone(), product.clone(), key_type.clone());
    let seller = app.catalog_cache.tenants.get(tenant, now);
    if let (Some(seller), Some(key_type)) = (seller, app.catalog_cache.key_types.get(&key, now)) {
        let (seller, key_type) = (Tenant::clone(&seller), KeyType::clone(&key_type));
        return Ok(Ok(Some(Offer { seller, key_type })));
    }
    let (tenant, product, key_type) = key;
    blocking(app, move |app| {
        offer::find_offer(&CachedCatalog::of(app), &tenant, &product, &key_type)
    })
    .await
}
