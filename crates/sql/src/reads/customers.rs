//! Customers.

#[doc(hidden)]
#[macro_export]
macro_rules! read_customers {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::CustomerId;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::model::sales::customer::Customer;
            use ::mintage_domain::ports::{CustomerFilter, Customers, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::CustomerRow;
            use $crate::schema::customers;

            impl Customers for $store {
                fn customer(
                    &self,
                    tenant: &TenantId,
                    id: &CustomerId,
                ) -> Result<Option<Customer>, StoreError> {
                    self.read(|conn| {
                        let row = customers::table
                            .find(id.as_str())
                            .filter(customers::tenant.eq(tenant.as_str()))
                            .select(CustomerRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn customers(
                    &self,
                    tenant: &TenantId,
                    filter: &CustomerFilter,
                    page: &PageRequest,
                ) -> Result<Page<Customer>, StoreError> {
                    self.read(|conn| {
                        let mut query = customers::table
                            .filter(customers::tenant.eq(tenant.as_str()))
                            .select(CustomerRow::as_select())
                            .order((customers::created_at.desc(), customers::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(mode) = filter.mode {
                            query = query.filter(customers::mode.eq(mode.as_str()));
                        }
                        if let Some(email) = &filter.email {
                            query = query.filter(customers::email.eq(email.as_str()));
                        }
                        if let Some(start) = &filter.email_start {
                            // A range, not `like`: it needs no escapes, and the index serves it.
                            let (from, until) = start.range();
                            query = query.filter(customers::email.ge(from.to_owned()));
                            if let Some(until) = until {
                                query = query.filter(customers::email.lt(until));
                            }
                        }
                        if let Some(id) = &filter.external_id {
                            query = query.filter(customers::external_id.eq(id.as_str()));
                        }
                        if let Some(after) = &page.after {
                            query =
                                query.filter(behind!(customers::created_at, customers::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &Customer| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }
            }
        };
    };
}
