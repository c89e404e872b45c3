//! What was heard from Stripe, orders and payments.

#[doc(hidden)]
#[macro_export]
macro_rules! read_sales {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::{OrderId, SessionId, StripeAccountId, StripeEventId};
            use ::mintage_domain::base::mode::Mode;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::base::time::Timestamp;
            use ::mintage_domain::model::sales::order::Order;
            use ::mintage_domain::model::sales::payment::{Payment, PaymentKey};
            use ::mintage_domain::model::stripe::processed_event::ProcessedEvent;
            use ::mintage_domain::ports::{Orders, Payments, ProcessedEvents, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::{OrderRow, PaymentRow, StripeEventRow};
            use $crate::schema::{account_links, orders, payments, stripe_events};

            impl ProcessedEvents for $store {
                fn processed_event(
                    &self,
                    endpoint: Mode,
                    id: &StripeEventId,
                ) -> Result<Option<ProcessedEvent>, StoreError> {
                    self.read(|conn| {
                        let row = stripe_events::table
                            .find((id.as_str(), endpoint.as_str()))
                            .select(StripeEventRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn parked_due(
                    &self,
                    now: Timestamp,
                    n: usize,
                ) -> Result<Vec<ProcessedEvent>, StoreError> {
                    self.read(|conn| {
                        let rows = stripe_events::table
                            .filter(stripe_events::outcome.eq("parked"))
                            .filter(stripe_events::retry_at.le(now.as_micros()))
                            .order((stripe_events::received_at, stripe_events::id))
                            .limit(i64::try_from(n).unwrap_or(i64::MAX))
                            .select(StripeEventRow::as_select())
                            .load(conn)?;
                        all(rows)
                    })
                }

                fn parked(
                    &self,
                    tenant: &TenantId,
                    page: &PageRequest,
                ) -> Result<Page<ProcessedEvent>, StoreError> {
                    self.read(|conn| {
                        let theirs = account_links::table
                            .filter(account_links::tenant.eq(tenant.as_str()))
                            .filter(account_links::account.nullable().eq(stripe_events::account))
                            .filter(account_links::mode.eq(stripe_events::endpoint));
                        let mut query = stripe_events::table
                            .filter(stripe_events::outcome.eq("parked"))
                            .filter(::diesel::dsl::exists(theirs))
                            .select(StripeEventRow::as_select())
                            .order((
                                stripe_events::received_at.desc(),
                                stripe_events::endpoint.desc(),
                                stripe_events::id.desc(),
                            ))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(
                                stripe_events::received_at,
                                stripe_events::endpoint,
                                stripe_events::id,
                                after
                            ));
                        }
                        // One event may be heard on the endpoints of both modes.
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &ProcessedEvent| Cursor {
                                at: it.received_at,
                                id: format!("{}/{}", it.endpoint, it.id),
                            },
                        ))
                    })
                }
            }

            impl Orders for $store {
                fn order(
                    &self,
                    tenant: &TenantId,
                    id: &OrderId,
                ) -> Result<Option<Order>, StoreError> {
                    self.read(|conn| {
                        let row = orders::table
                            .find(id.as_str())
                            .filter(orders::tenant.eq(tenant.as_str()))
                            .select(OrderRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn order_of_session(
                    &self,
                    account: &StripeAccountId,
                    session: &SessionId,
                ) -> Result<Option<Order>, StoreError> {
                    self.read(|conn| {
                        let row = orders::table
                            .filter(orders::session.eq(session.as_str()))
                            .filter(orders::account.eq(account.as_str()))
                            .select(OrderRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn orders(
                    &self,
                    tenant: &TenantId,
                    page: &PageRequest,
                ) -> Result<Page<Order>, StoreError> {
                    self.read(|conn| {
                        let mut query = orders::table
                            .filter(orders::tenant.eq(tenant.as_str()))
                            .select(OrderRow::as_select())
                            .order((orders::created_at.desc(), orders::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(orders::created_at, orders::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &Order| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }

                fn stuck_orders(
                    &self,
                    before: Timestamp,
                    n: usize,
                ) -> Result<Vec<Order>, StoreError> {
                    self.read(|conn| {
                        let rows = orders::table
                            .filter(orders::status.eq("opening"))
                            .filter(orders::created_at.lt(before.as_micros()))
                            .order((orders::created_at, orders::id))
                            .limit(i64::try_from(n).unwrap_or(i64::MAX))
                            .select(OrderRow::as_select())
                            .load(conn)?;
                        all(rows)
                    })
                }
            }

            impl Payments for $store {
                fn payment(&self, key: &PaymentKey) -> Result<Option<Payment>, StoreError> {
                    self.read(|conn| {
                        let row = payments::table
                            .find((key.intent.as_str(), key.account.as_str()))
                            .select(PaymentRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }
        };
    };
}
