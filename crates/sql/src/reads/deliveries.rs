//! Deliveries and their attempts, as they are read; how they are claimed is in
//! [`mod@crate::claims`].

#[doc(hidden)]
#[macro_export]
macro_rules! read_deliveries {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::std::collections::HashMap;
            use ::std::time::Duration;

            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::DeliveryId;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::base::time::Timestamp;
            use ::mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery};
            use ::mintage_domain::ports::{Deliveries, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::{AttemptRow, DeliveryRow};
            use $crate::schema::{attempts, deliveries};

            impl Deliveries for $store {
                fn delivery(
                    &self,
                    tenant: &TenantId,
                    id: &DeliveryId,
                ) -> Result<Option<(Delivery, Vec<Attempt>)>, StoreError> {
                    self.read(|conn| {
                        let row = deliveries::table
                            .find(id.as_str())
                            .filter(deliveries::tenant.eq(tenant.as_str()))
                            .select(DeliveryRow::as_select())
                            .first(conn)
                            .optional()?;
                        let Some(delivery) = one(row)? else {
                            return Ok(None);
                        };
                        let made = attempts::table
                            .filter(attempts::delivery.eq(id.as_str()))
                            .order(attempts::number)
                            .select(AttemptRow::as_select())
                            .load(conn)?;
                        Ok(Some((delivery, all(made)?)))
                    })
                }

                fn deliveries(
                    &self,
                    tenant: &TenantId,
                    page: &PageRequest,
                ) -> Result<Page<(Delivery, Option<Attempt>)>, StoreError> {
                    self.read(|conn| {
                        let mut query = deliveries::table
                            .filter(deliveries::tenant.eq(tenant.as_str()))
                            .select(DeliveryRow::as_select())
                            .order((deliveries::created_at.desc(), deliveries::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(
                                deliveries::created_at,
                                deliveries::id,
                                after
                            ));
                        }
                        let found: Vec<Delivery> = all(query.load(conn)?)?;
                        let made = attempts::table
                            .filter(
                                attempts::delivery.eq_any(found.iter().map(|it| it.id.as_str())),
                            )
                            .order(attempts::number)
                            .select(AttemptRow::as_select())
                            .load(conn)?;
                        // The last attempt of each stays.
                        let mut last: HashMap<DeliveryId, Attempt> = all(made)?
                            .into_iter()
                            .map(|attempt: Attempt| (attempt.delivery.clone(), attempt))
                            .collect();
                        let told = found
                            .into_iter()
                            .map(|delivery| {
                                let attempt = last.remove(&delivery.id);
                                (delivery, attempt)
                            })
                            .collect();
                        Ok(Page::of(told, page.limit(), |(it, _): &(Delivery, _)| {
                            Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            }
                        }))
                    })
                }

                fn claim(
                    &self,
                    now: Timestamp,
                    n: usize,
                    cap: usize,
                    lease: Duration,
                ) -> Result<Vec<Claim>, StoreError> {
                    let order = $crate::claims::Order::new(now, n, cap, lease);
                    self.claim_due(order)
                }
            }
        };
    };
}
