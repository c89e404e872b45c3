//! The audit trail.

#[doc(hidden)]
#[macro_export]
macro_rules! read_audit {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::page::{Cursor, Page, PageRequest};
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::ports::{AuditFilter, AuditRecord, Audits, StoreError};

            use $crate::behind;
            use $crate::reads::fetch;
            use $crate::rows::AuditRow;
            use $crate::schema::audit_entries;

            impl Audits for $store {
                fn audit(
                    &self,
                    tenant: &TenantId,
                    filter: &AuditFilter,
                    page: &PageRequest,
                ) -> Result<Page<AuditRecord>, StoreError> {
                    self.read(|conn| {
                        let mut query = audit_entries::table
                            .filter(audit_entries::tenant.eq(tenant.as_str()))
                            .select(AuditRow::as_select())
                            .order((audit_entries::at.desc(), audit_entries::id.desc()))
                            .limit(fetch(page))
                            .into_boxed::<$db>();
                        if let Some(target) = &filter.target {
                            query = query.filter(audit_entries::target.eq(target));
                        }
                        if let Some(action) = &filter.action {
                            query = query.filter(audit_entries::action.eq(action));
                        }
                        if let Some(actor) = &filter.actor {
                            query = query.filter(audit_entries::actor.eq(actor));
                        }
                        if let Some(from) = filter.from {
                            query = query.filter(audit_entries::at.ge(from.as_micros()));
                        }
                        if let Some(to) = filter.to {
                            query = query.filter(audit_entries::at.lt(to.as_micros()));
                        }
                        if let Some(after) = &page.after {
                            query =
                                query.filter(behind!(audit_entries::at, audit_entries::id, after));
                        }
                        let rows = query.load::<AuditRow>(conn)?;
                        let records = rows.into_iter().map(AuditRecord::from).collect();
                        Ok(Page::of(records, page.limit(), |it: &AuditRecord| Cursor {
                            at: it.at,
                            id: it.id.clone(),
                        }))
                    })
                }
            }
        };
    };
}
