//! Tenants, and what is theirs: tokens, API keys, endpoints.

#[doc(hidden)]
#[macro_export]
macro_rules! read_sellers {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::ApiKeyId;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::secret::SecretHash;
            use ::mintage_domain::base::slug::{ProductId, TenantId};
            use ::mintage_domain::model::access::api_key::ApiKey;
            use ::mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
            use ::mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
            use ::mintage_domain::model::sellers::management_token::ManagementToken;
            use ::mintage_domain::model::sellers::tenant::Tenant;
            use ::mintage_domain::ports::{
                ApiKeys, IdempotencyKeys, StoreError, Tenants, Tokens, WebhookEndpoints,
            };

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::{
                ApiKeyRow, EndpointRow, IdempotencyRow, ManagementTokenRow, TenantRow,
            };
            use $crate::schema::{
                api_keys, endpoints, idempotency_records, management_tokens, tenants,
            };

            impl Tenants for $store {
                fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
                    self.read(|conn| {
                        let row = tenants::table
                            .find(id.as_str())
                            .select(TenantRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn tenants(&self, page: &PageRequest) -> Result<Page<Tenant>, StoreError> {
                    self.read(|conn| {
                        let mut query = tenants::table
                            .select(TenantRow::as_select())
                            .order((tenants::created_at.desc(), tenants::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(tenants::created_at, tenants::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &Tenant| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }
            }

            impl Tokens for $store {
                fn token(&self, hash: &SecretHash) -> Result<Option<ManagementToken>, StoreError> {
                    self.read(|conn| {
                        let row = management_tokens::table
                            .filter(management_tokens::hash.eq(hash.as_bytes().as_slice()))
                            .select(ManagementTokenRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }

            impl ApiKeys for $store {
                fn api_key(&self, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
                    self.read(|conn| {
                        let row = api_keys::table
                            .find(id.as_str())
                            .select(ApiKeyRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn api_keys(
                    &self,
                    tenant: &TenantId,
                    product: Option<&ProductId>,
                    page: &PageRequest,
                ) -> Result<Page<ApiKey>, StoreError> {
                    self.read(|conn| {
                        let mut query = api_keys::table
                            .filter(api_keys::tenant.eq(tenant.as_str()))
                            .select(ApiKeyRow::as_select())
                            .order((api_keys::created_at.desc(), api_keys::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(product) = product {
                            query = query.filter(api_keys::product.eq(product.as_str()));
                        }
                        if let Some(after) = &page.after {
                            query =
                                query.filter(behind!(api_keys::created_at, api_keys::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &ApiKey| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }
            }

            impl IdempotencyKeys for $store {
                fn idempotency_record(
                    &self,
                    id: &IdempotencyId,
                ) -> Result<Option<IdempotencyRecord>, StoreError> {
                    self.read(|conn| {
                        let key = (
                            id.key.as_str(),
                            id.tenant.as_str(),
                            id.product.as_str(),
                            id.mode.as_str(),
                        );
                        let row = idempotency_records::table
                            .find(key)
                            .select(IdempotencyRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }

            impl WebhookEndpoints for $store {
                fn webhook_endpoint(
                    &self,
                    tenant: &TenantId,
                ) -> Result<Option<WebhookEndpoint>, StoreError> {
                    self.read(|conn| {
                        let row = endpoints::table
                            .find(tenant.as_str())
                            .select(EndpointRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }
        };
    };
}
