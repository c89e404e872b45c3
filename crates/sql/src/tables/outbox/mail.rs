//! Mails to buyers and sellers.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::id::{LicenseId, MailId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::outbox::mail::{MailContent, MailStatus, QueuedMail};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::claim::QueueRow;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::stored_text;
use crate::place::{Place, stored_version};
use crate::schema::mails;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `mails`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct MailingRow {
    id: String,
    tenant: String,
    license: String,
    recipient: String,
    status: String,
    reason: Option<String>,
    attempts: i64,
    due_at: i64,
    created_at: i64,
    version: i64,
    kind: String,
}

/// The kinds of mail, as they are stored.
const LICENSE_KEY: &str = "license-key";
const WEBHOOK_PAUSED: &str = "webhook-paused";
const SANDBOX_KEY: &str = "sandbox-key-needs-attention";
const LIVE_KEY: &str = "live-key-needs-attention";

impl From<&QueuedMail> for MailingRow {
    fn from(mailing: &QueuedMail) -> Self {
        Self {
            id: mailing.id.to_string(),
            tenant: mailing.tenant.to_string(),
            // Empty for a mail about no license.
            license: mailing
                .content
                .license()
                .map(ToString::to_string)
                .unwrap_or_default(),
            recipient: mailing.to.to_string(),
            status: mailing.status.as_str().to_owned(),
            reason: mailing.reason.as_deref().map(stored_text),
            attempts: i64::from(mailing.attempts),
            due_at: mailing.due_at.as_micros(),
            created_at: mailing.created_at.as_micros(),
            version: stored_version(mailing.version),
            kind: match mailing.content {
                MailContent::LicenseKey(_) => LICENSE_KEY.to_owned(),
                MailContent::WebhookPaused => WEBHOOK_PAUSED.to_owned(),
                MailContent::KeyNeedsAttention(Mode::Sandbox) => SANDBOX_KEY.to_owned(),
                MailContent::KeyNeedsAttention(Mode::Live) => LIVE_KEY.to_owned(),
            },
        }
    }
}

impl TryFrom<MailingRow> for QueuedMail {
    type Error = StoreError;

    fn try_from(row: MailingRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("mails", &key);
        let content = match row.kind.as_str() {
            LICENSE_KEY => {
                MailContent::LicenseKey(place.read("license", LicenseId::parse(&row.license))?)
            }
            WEBHOOK_PAUSED => MailContent::WebhookPaused,
            SANDBOX_KEY => MailContent::KeyNeedsAttention(Mode::Sandbox),
            LIVE_KEY => MailContent::KeyNeedsAttention(Mode::Live),
            _ => return Err(place.wrong("kind", "unknown kind of mail")),
        };
        Ok(Self {
            id: place.read("id", MailId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            content,
            to: place.email("recipient", &row.recipient)?,
            status: place.read("status", MailStatus::parse(&row.status))?,
            attempts: place.number("attempts", row.attempts)?,
            due_at: Timestamp::from_micros(row.due_at),
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            reason: row.reason,
        })
    }
}

stored!(MailingRow: mails { key id, fixed tenant, fixed license, fixed recipient, set status, set reason, set attempts, set due_at, fixed created_at, set version, fixed kind });

/// How a guard finds a mail.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("mails", |row| match row {
    Row::Mail(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<MailingRow, _>(&changes.mails);
}

/// Get a mail of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId, id: &MailId) -> Result<Option<QueuedMail>, Error> {
    let row = mails::table
        .find(id.as_str())
        .filter(mails::tenant.eq(tenant.as_str()))
        .select(MailingRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the mails about a license, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    license: &LicenseId,
    page: &PageRequest,
) -> Result<Page<QueuedMail>, Error> {
    let mut query = mails::table
        .filter(mails::license.eq(license.as_str()))
        .filter(mails::tenant.eq(tenant.as_str()))
        .select(MailingRow::as_select())
        .order((mails::created_at.desc(), mails::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
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
}

/// List mails that were due before a time and are not settled, longest due first.
pub fn list_overdue(
    conn: &mut Conn,
    before: Timestamp,
    n: usize,
) -> Result<Vec<QueuedMail>, Error> {
    let rows = due(before.as_micros(), i64::try_from(n).unwrap_or(i64::MAX))
        .select(MailingRow::as_select())
        .load(conn)?;
    all(rows)
}

/// The first mails that are due at a time, longest due first.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn due(at: i64, n: i64) -> _ {
    // As the partial index says it: bound values would hide the index from the planner.
    let unsettled: SqlLiteral<Bool> = sql("status in ('pending', 'leased')");
    mails::table
        .filter(unsettled)
        .filter(mails::due_at.le(at))
        .order((mails::due_at, mails::id))
        .limit(n)
}

impl QueueRow for MailingRow {
    type Item = QueuedMail;

    fn id(&self) -> &str {
        &self.id
    }

    fn lane(&self) -> &str {
        &self.tenant
    }

    fn leased(self, until: Timestamp) -> Result<QueuedMail, StoreError> {
        let mut mail = QueuedMail::try_from(self)?;
        mail.lease(until);
        Ok(mail)
    }
}
