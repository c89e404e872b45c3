//! The audit trail.

use diesel::prelude::*;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::ports::{AuditFilter, AuditRecord};

use super::super::super::db::{AMONG, Conn, Db};
use crate::error::Error;
use crate::newest::{LARGE, OnPage, Range, Size};
use crate::place::stored_text;
use crate::schema::audit_entries;
use crate::table::stored;
use crate::writes::{Form, Writes};

/// A row of `audit_entries`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct AuditRow {
    id: String,
    tenant: String,
    at: i64,
    actor: String,
    action: String,
    target: String,
    address: Option<String>,
    request_id: Option<String>,
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            tenant: entry.tenant.to_string(),
            at: entry.at.as_micros(),
            actor: entry.actor.to_text(),
            action: entry.action.clone().into_owned(),
            target: stored_text(&entry.target),
            address: entry.origin.as_ref().map(|it| it.address.to_string()),
            request_id: entry.origin.as_ref().map(|it| it.request_id.clone()),
        }
    }
}

impl From<AuditRow> for AuditRecord {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: Timestamp::from_micros(row.at),
            actor: row.actor,
            action: row.action,
            target: row.target,
            address: row.address,
            request_id: row.request_id,
        }
    }
}

stored!(AuditRow: audit_entries { key id, set tenant, set at, set actor, set action, set target, set address, set request_id });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add(Form::InsertNew, changes.audit.iter().map(AuditRow::from));
}

/// The conditions of a filter, each with its text.
type Texts<'a> = Vec<(&'static str, &'a str)>;

fn texts(filter: &AuditFilter) -> Texts<'_> {
    let conditions = [
        ("e.target = ", &filter.target),
        ("e.actor = ", &filter.actor),
        ("e.action = ", &filter.action),
    ];
    let conditions = conditions.into_iter();
    conditions
        .filter_map(|(condition, text)| Some((condition, text.as_deref()?)))
        .collect()
}

/// The entries of a tenant, by the index of one of the conditions, or of none.
fn range(
    tenant: &TenantId,
    filter: &AuditFilter,
    to: Option<Timestamp>,
    texts: &Texts<'_>,
    lead: usize,
) -> Range {
    let mut range = Range::new("audit_entries as e", "e.at", "e.id").text("e.tenant = ", tenant);
    if let Some((condition, text)) = texts.get(lead) {
        range = range.text(condition, text);
    }
    if let Some(from) = filter.from {
        range = range.number("e.at >= ", from.as_micros(), "");
    }
    if let Some(to) = to {
        range = range.number("e.at < ", to.as_micros(), "");
    }
    range = range.checked();
    for (nth, (condition, text)) in texts.iter().enumerate() {
        if nth != lead {
            range = range.check(condition, text);
        }
    }
    range
}

/// List the entries of a tenant that match a filter, newest first. Each condition has an index; of
/// several conditions, the list is read along the rarest.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRecord>, Error> {
    let texts = texts(filter);
    // The list ends at the filter's end or at the cursor, whichever is earlier. Only that one is told,
    // since SQLite would start at the other.
    let (mut to, mut rest) = (filter.to, page.clone());
    if let (Some(end), Some(cursor)) = (filter.to, &page.after) {
        if cursor.at < end {
            to = None;
        } else {
            rest.after = None;
        }
    }
    let mut ranges = Vec::new();
    for lead in 0..texts.len().max(1) {
        let range = range(tenant, filter, to, &texts, lead);
        let size: i64 = if texts.len() > 1 {
            Size(std::slice::from_ref(&range)).get_result(conn)?
        } else {
            0
        };
        ranges.push((size, range));
    }
    let rarest = ranges
        .into_iter()
        .min_by_key(|(size, _)| (*size).min(LARGE));
    let ranges = rarest.map(|(_, range)| range).into_iter().collect();
    let rows: Vec<AuditRow> = audit_entries::table
        .filter(OnPage::new("audit_entries.id", AMONG, ranges, &rest))
        .select(AuditRow::as_select())
        .order((audit_entries::at.desc(), audit_entries::id.desc()))
        .into_boxed::<Db>()
        .load(conn)?;
    let records = rows.into_iter().map(AuditRecord::from).collect();
    Ok(Page::of(records, page.limit(), |it: &AuditRecord| Cursor {
        at: it.at,
        id: it.id.clone(),
    }))
}
