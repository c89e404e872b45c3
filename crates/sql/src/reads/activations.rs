//! The devices of licenses.

#[doc(hidden)]
#[macro_export]
macro_rules! read_activations {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::{ActivationId, LicenseId};
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::model::licenses::activation::{Activation, Fingerprint};
            use ::mintage_domain::ports::{Activations, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::ActivationRow;
            use $crate::schema::activations;

            impl Activations for $store {
                fn activation(
                    &self,
                    license: &LicenseId,
                    fingerprint: &Fingerprint,
                ) -> Result<Option<Activation>, StoreError> {
                    self.read(|conn| {
                        let row = activations::table
                            .find((license.as_str(), fingerprint.as_str()))
                            .select(ActivationRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn activation_by_id(
                    &self,
                    license: &LicenseId,
                    id: &ActivationId,
                ) -> Result<Option<Activation>, StoreError> {
                    self.read(|conn| {
                        let row = activations::table
                            .filter(activations::id.eq(id.as_str()))
                            .filter(activations::license.eq(license.as_str()))
                            .select(ActivationRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn activations(
                    &self,
                    tenant: &TenantId,
                    license: &LicenseId,
                    page: &PageRequest,
                ) -> Result<Page<Activation>, StoreError> {
                    self.read(|conn| {
                        let mut query = activations::table
                            .filter(activations::license.eq(license.as_str()))
                            .filter(activations::tenant.eq(tenant.as_str()))
                            .select(ActivationRow::as_select())
                            .order((activations::first_seen.desc(), activations::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(
                                activations::first_seen,
                                activations::id,
                                after
                            ));
                        }
                        let rows = all(query.load::<ActivationRow>(conn)?)?;
                        Ok(Page::of(rows, page.limit(), |it: &Activation| Cursor {
                            at: it.first_seen,
                            id: it.id.to_string(),
                        }))
                    })
                }
            }
        };
    };
}
