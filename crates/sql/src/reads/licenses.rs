//! Licenses with their customers and sessions, and the hot read of them.

use mintage_domain::ports::{KeyQuery, KnownLicense, LicenseRecord};

use crate::Error;
use crate::rows::{LicenseRecordRow, license_record};

/// Reads licenses with what is told beside them.
pub fn records(rows: Vec<LicenseRecordRow>) -> Result<Vec<LicenseRecord>, Error> {
    Ok(rows
        .into_iter()
        .map(license_record)
        .collect::<Result<_, _>>()?)
}

/// Of the licenses that were found, the one that is asked for: by the first of the hashes that
/// any license has.
pub fn answer(query: &KeyQuery, found: &[KnownLicense]) -> Option<KnownLicense> {
    query.hashes.iter().find_map(|hash| {
        found
            .iter()
            .find(|known| {
                let license = &known.record.license;
                license.key_hash == *hash
                    && license.tenant == query.tenant
                    && license.mode == query.mode
                    && license.product == query.product
            })
            .cloned()
    })
}

/// The licenses with one of the key hashes, each with the name of its key type and the number of
/// its active devices.
#[doc(hidden)]
#[macro_export]
macro_rules! validations {
    ($connection:ty) => {
        /// All licenses with one of these key hashes, whosever they are.
        fn licenses_by_hash(
            conn: &mut $connection,
            hashes: &[&[u8]],
        ) -> Result<Vec<::mintage_domain::ports::KnownLicense>, $crate::Error> {
            use ::diesel::prelude::*;
            use ::diesel::sql_types::Text;
            use ::mintage_domain::commit::counter::ACTIVATIONS;

            use $crate::schema::{counters, customers, key_types, licenses, orders};

            let named = key_types::tenant
                .eq(licenses::tenant)
                .and(key_types::product.eq(licenses::product))
                .and(key_types::id.eq(licenses::key_type));
            let counted = counters::name.eq(ACTIVATIONS.into_sql::<Text>().concat(licenses::id));
            let rows: Vec<$crate::rows::KnownLicenseRow> = licenses::table
                .inner_join(customers::table)
                .left_join(orders::table)
                .left_join(key_types::table.on(named))
                .left_join(counters::table.on(counted))
                .filter(licenses::key_hash.eq_any(hashes))
                .select((
                    $crate::rows::LicenseRow::as_select(),
                    customers::email,
                    orders::session.nullable(),
                    key_types::display_name.nullable(),
                    counters::value.nullable(),
                ))
                .load(conn)?;
            rows.into_iter()
                .map(|row| $crate::rows::known_license(row).map_err($crate::Error::from))
                .collect()
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! read_licenses {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::{LicenseId, OrderId};
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::model::licenses::standing::State;
            use ::mintage_domain::ports::{LicenseFilter, LicenseRecord, Licenses, StoreError};

            use $crate::behind;
            use $crate::reads::{fetch, records};
            use $crate::rows::{LicenseRow, license_record};
            use $crate::schema::{customers, license_metadata, licenses, orders};

    ::diesel::alias!(const BUYERS: Alias<Buyers> = customers as buyers);

            impl Licenses for $store {
                fn license(
                    &self,
                    tenant: &TenantId,
                    id: &LicenseId,
                ) -> Result<Option<LicenseRecord>, StoreError> {
                    self.read(|conn| {
                        let row = licenses::table
                            .inner_join(customers::table)
                            .left_join(orders::table)
                            .filter(licenses::id.eq(id.as_str()))
                            .filter(licenses::tenant.eq(tenant.as_str()))
                            .select((
                                LicenseRow::as_select(),
                                customers::email,
                                orders::session.nullable(),
                            ))
                            .first(conn)
                            .optional()?;
                        Ok(row.map(license_record).transpose()?)
                    })
                }

                fn licenses(
                    &self,
                    tenant: &TenantId,
                    filter: &LicenseFilter,
                    page: &PageRequest,
                ) -> Result<Page<LicenseRecord>, StoreError> {
                    self.read(|conn| {
                        let mut query = licenses::table
                            .inner_join(customers::table)
                            .left_join(orders::table)
                            .filter(licenses::tenant.eq(tenant.as_str()))
                            .select((
                                LicenseRow::as_select(),
                                customers::email,
                                orders::session.nullable(),
                            ))
                            .order((licenses::created_at.desc(), licenses::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(product) = &filter.product {
                            query = query.filter(licenses::product.eq(product.as_str()));
                        }
                        if let Some(mode) = filter.mode {
                            query = query.filter(licenses::mode.eq(mode.as_str()));
                        }
                        if let Some(customer) = &filter.customer {
                            query = query.filter(licenses::customer.eq(customer.as_str()));
                        }
                        if let Some(email) = &filter.email {
                            // Two at most, one a mode: by them few licenses are looked at.
                            let at_it: Vec<String> = customers::table
                                .filter(customers::tenant.eq(tenant.as_str()))
                                .filter(customers::email.eq(email.as_str()))
                                .select(customers::id)
                                .load(conn)?;
                            query = query.filter(licenses::customer.eq_any(at_it));
                        }
                        for (key, value) in &filter.metadata {
                            let with_it = license_metadata::table
                                .filter(license_metadata::tenant.eq(tenant.as_str()))
                                .filter(license_metadata::key.eq(key))
                                .filter(license_metadata::value.eq(value))
                                .select(license_metadata::license);
                            query = query.filter(licenses::id.eq_any(with_it));
                        }
                        if let Some((state, now)) = filter.state {
                            // As `Standing::state` derives it: the more final word first.
                            let standing = licenses::revocation.is_null();
                            let now = now.as_micros();
                            let running = licenses::expires_at
                                .is_null()
                                .or(licenses::expires_at.gt(now).assume_not_null());
                            query = match state {
                                State::Revoked => query.filter(licenses::revocation.is_not_null()),
                                State::Expired => {
                                    query.filter(standing).filter(licenses::expires_at.le(now))
                                }
                                State::Frozen => query
                                    .filter(standing)
                                    .filter(running)
                                    .filter(licenses::held.eq(true)),
                                State::Active => query
                                    .filter(standing)
                                    .filter(running)
                                    .filter(licenses::held.eq(false)),
                            };
                        }
                        if let Some(after) = &page.after {
                            query =
                                query.filter(behind!(licenses::created_at, licenses::id, after));
                        }
                        let found = records(query.load(conn)?)?;
                        Ok(Page::of(found, page.limit(), |it: &LicenseRecord| Cursor {
                            at: it.license.created_at,
                            id: it.license.id.to_string(),
                        }))
                    })
                }

                fn licenses_of_order(
                    &self,
                    order: &OrderId,
                ) -> Result<Vec<LicenseRecord>, StoreError> {
                    self.read(|conn| {
                        let rows = licenses::table
                            .inner_join(customers::table)
                            .left_join(orders::table)
                            .filter(licenses::order_id.eq(order.as_str()))
                            .order((licenses::line, licenses::unit))
                            .select((
                                LicenseRow::as_select(),
                                customers::email,
                                orders::session.nullable(),
                            ))
                            .load(conn)?;
                        records(rows)
                    })
                }
            }
        };
    };
}
