//! Mailings, as they are read; how they are claimed is in [`mod@crate::claims`].

#[doc(hidden)]
#[macro_export]
macro_rules! read_mails {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::std::time::Duration;

            use ::diesel::prelude::*;
            use ::mintage_domain::base::id::{LicenseId, MailId};
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::base::time::Timestamp;
            use ::mintage_domain::model::outbox::mail::QueuedMail;
            use ::mintage_domain::ports::{Mails, StoreError};

            use $crate::behind;
            use $crate::reads::{all, fetch, one};
            use $crate::rows::MailingRow;
            use $crate::schema::mails;

            impl Mails for $store {
                fn mailing(
                    &self,
                    tenant: &TenantId,
                    id: &MailId,
                ) -> Result<Option<QueuedMail>, StoreError> {
                    self.read(|conn| {
                        let row = mails::table
                            .find(id.as_str())
                            .filter(mails::tenant.eq(tenant.as_str()))
                            .select(MailingRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn mails(
                    &self,
                    tenant: &TenantId,
                    license: &LicenseId,
                    page: &PageRequest,
                ) -> Result<Page<QueuedMail>, StoreError> {
                    self.read(|conn| {
                        let mut query = mails::table
                            .filter(mails::license.eq(license.as_str()))
                            .filter(mails::tenant.eq(tenant.as_str()))
                            .select(MailingRow::as_select())
                            .order((mails::created_at.desc(), mails::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(after) = &page.after {
                            query = query.filter(behind!(mails::created_at, mails::id, after));
                        }
                        Ok(Page::of(
                            all(query.load(conn)?)?,
                            page.limit(),
                            |it: &QueuedMail| Cursor {
                                at: it.created_at,
                                id: it.id.to_string(),
                            },
                        ))
                    })
                }

                fn claim_mails(
                    &self,
                    now: Timestamp,
                    n: usize,
                    lease: Duration,
                ) -> Result<Vec<QueuedMail>, StoreError> {
                    // All mail goes to one server, so there are no lanes.
                    let order = $crate::claims::Order::new(now, n, n, lease);
                    self.claim_due_mails(order)
                }

                fn overdue_mails(
                    &self,
                    before: Timestamp,
                    n: usize,
                ) -> Result<Vec<QueuedMail>, StoreError> {
                    self.read(|conn| {
                        let rows = $crate::due_mails!(before.as_micros(), n)
                            .select(MailingRow::as_select())
                            .load(conn)?;
                        all(rows)
                    })
                }
            }
        };
    };
}

/// The first mailings that are due at a time, the longest due first.
#[doc(hidden)]
#[macro_export]
macro_rules! due_mails {
    ($at:expr, $n:expr) => {
        $crate::schema::mails::table
            // As the partial index says it: bound values would hide the index from the planner.
            .filter(::diesel::dsl::sql::<::diesel::sql_types::Bool>(
                "status in ('pending', 'leased')",
            ))
            .filter($crate::schema::mails::due_at.le($at))
            .order(($crate::schema::mails::due_at, $crate::schema::mails::id))
            .limit(i64::try_from($n).unwrap_or(i64::MAX))
    };
}
