//! Products, key types and their Stripe prices.

#[doc(hidden)]
#[macro_export]
macro_rules! read_catalog {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::StripeAccountId;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
            use ::mintage_domain::model::catalog::key_type::KeyType;
            use ::mintage_domain::model::catalog::price_link::PriceLink;
            use ::mintage_domain::model::catalog::product::Product;
            use ::mintage_domain::ports::{Catalog, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::{KeyTypeRow, PriceLinkRow, ProductRow};
            use $crate::schema::{key_types, price_links, products};

            impl Catalog for $store {
                fn product(
                    &self,
                    tenant: &TenantId,
                    id: &ProductId,
                ) -> Result<Option<Product>, StoreError> {
                    self.read(|conn| {
                        let row = products::table
                            .find((tenant.as_str(), id.as_str()))
                            .select(ProductRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn products(
                    &self,
                    tenant: &TenantId,
                    page: &PageRequest,
                ) -> Result<Page<Product>, StoreError> {
                    self.read(|conn| {
                        let mut query = products::table
                            .filter(products::tenant.eq(tenant.as_str()))
                            .select(ProductRow::as_select())
                            .order((products::created_at.desc(), products::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query =
                                query.filter(behind!(products::created_at, products::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &Product| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }

                fn key_type(
                    &self,
                    tenant: &TenantId,
                    product: &ProductId,
                    id: &KeyTypeId,
                ) -> Result<Option<KeyType>, StoreError> {
                    self.read(|conn| {
                        let row = key_types::table
                            .find((tenant.as_str(), product.as_str(), id.as_str()))
                            .select(KeyTypeRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn key_types(
                    &self,
                    tenant: &TenantId,
                    product: Option<&ProductId>,
                    page: &PageRequest,
                ) -> Result<Page<KeyType>, StoreError> {
                    self.read(|conn| {
                        let mut query = key_types::table
                            .filter(key_types::tenant.eq(tenant.as_str()))
                            .select(KeyTypeRow::as_select())
                            .order((
                                key_types::created_at.desc(),
                                key_types::product.desc(),
                                key_types::id.desc(),
                            ))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(product) = product {
                            query = query.filter(key_types::product.eq(product.as_str()));
                        }
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(
                                key_types::created_at,
                                key_types::product,
                                key_types::id,
                                after
                            ));
                        }
                        // Two products may have key types of one name.
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &KeyType| Cursor {
                                at: it.created_at,
                                id: format!("{}/{}", it.product, it.id),
                            },
                        ))
                    })
                }

                fn price_links(
                    &self,
                    tenant: &TenantId,
                    account: &StripeAccountId,
                ) -> Result<Vec<PriceLink>, StoreError> {
                    self.read(|conn| {
                        let rows = price_links::table
                            .filter(price_links::tenant.eq(tenant.as_str()))
                            .filter(price_links::account.eq(account.as_str()))
                            .order((price_links::product, price_links::key_type))
                            .select(PriceLinkRow::as_select())
                            .load(conn)?;
                        all(rows)
                    })
                }

                fn price_link(
                    &self,
                    tenant: &TenantId,
                    product: &ProductId,
                    key_type: &KeyTypeId,
                    account: &StripeAccountId,
                ) -> Result<Option<PriceLink>, StoreError> {
                    let key = (
                        tenant.as_str(),
                        product.as_str(),
                        key_type.as_str(),
                        account.as_str(),
                    );
                    self.read(|conn| {
                        let row = price_links::table
                            .find(key)
                            .select(PriceLinkRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }
        };
    };
}
