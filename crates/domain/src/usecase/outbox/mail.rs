//! Mails to buyers and sellers: queueing them, composing and recording one attempt, and the tenant's
//! switch.

use std::time::Duration;

use crate::base::email::Email;
use crate::base::id::MailId;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::licenses::license::{License, OrderUnit};
use crate::model::outbox::mail::{LicenseMail, MailContent, MailStatus, PausedNotice, QueuedMail};
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::ports::{
    Catalog, Commit, Licenses, MailError, Mails, RateLimiter, StoreError, Tenants, WebhookEndpoints,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::outbox::license_mail::{self, CannotCompose};
use crate::usecase::outbox::paused_notice::compose_paused_notice;
use crate::usecase::outbox::retry::next_attempt;

/// How long a claim lasts: longer than a session with a slow mail server.
pub const LEASE: Duration = Duration::from_mins(5);

/// The largest number of concurrent mails of one tenant: a tenant with many mails leaves most of the
/// connections to the mail server to the others.
pub const MAX_CONCURRENT_PER_TENANT: usize = 2;

/// How long a mail waits for a mail server to be configured.
pub const MAX_SERVER_WAIT: Duration = Duration::from_hours(72);

/// The reason of a notice that was cancelled because the endpoint is not paused any more.
const RESUMED: &str = "the webhook endpoint was resumed before the mail was sent";
/// The reason of a mail that waited too long for a mail server.
const NO_SERVER: &str = "no mail server was set up in three days";

/// The reason of a mail that waits for a rate of its tenant.
const RATE_USED_UP: &str = "the tenant has sent too many mails in the last hour; the mail waits";

/// Why a mail was not queued, or the tenant's switch not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailCommandError {
    /// The license or the tenant does not exist.
    #[error("not found")]
    NotFound,
    /// The license is revoked.
    #[error("the license is revoked; its key is not sent any more")]
    Revoked,
    /// No mail can be sent to the customer's address.
    #[error("no mail can be sent to the address of the customer")]
    Unmailable,
    /// No mail server is configured on this server.
    #[error(
        "this server has no mail server to send by; set MINTAGE_SMTP_URL and MINTAGE_MAIL_FROM"
    )]
    NotConfigured,
    /// The license was named before in the same call.
    #[error("the id is given more than once")]
    Repeated,
    /// The key was resent too often, or too many keys were resent; a retry may succeed after this duration.
    #[error("too many calls; try again in {0:?}")]
    RateLimited(Duration),
    /// The store failed, or the key cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(MailCommandError);

/// The mail that delivers the key of a new license to its buyer; `None` if the tenant has switched
/// mails off, or the address cannot be mailed. The licenses of an order are delivered by the mail of the
/// first one.
pub(crate) fn license_mail(
    env: &Env<'_>,
    tenant: Option<&Tenant>,
    license: &License,
    to: &Email,
    now: Timestamp,
) -> Option<Write<QueuedMail>> {
    let is_first = license.unit.as_ref().is_none_or(OrderUnit::is_first);
    tenant
        .is_some_and(|tenant| is_first && tenant.mails && to.is_mailable())
        .then(|| Write::new(queued_mail(env, license, to, now)))
}

pub(super) fn queued_mail(
    env: &Env<'_>,
    license: &License,
    to: &Email,
    now: Timestamp,
) -> QueuedMail {
    let id = MailId::new(now, env.random());
    let content = MailContent::LicenseKey(license.id.clone());
    QueuedMail::new(id, license.tenant.clone(), content, to.clone(), now)
}

/// The result of composing a claimed mail.
#[derive(Debug)]
pub enum Composed {
    /// What a mail with a license key says.
    Mail(Box<LicenseMail>),
    /// What a notice about a paused webhook endpoint says.
    Notice(Box<PausedNotice>),
    /// Nothing is sent; this outcome must be recorded.
    Outcome(Outcome),
}

/// The outcome of an attempt. The texts are for sellers and do not quote the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server accepted the message.
    Sent,
    /// The message can never be sent.
    Refused(String),
    /// The attempt failed; a retry may succeed.
    TryAgain(String),
    /// The message must not be sent any more.
    Cancelled(&'static str),
    /// A rate is used up; no attempt was made, and the next one is due after this duration.
    Postponed(Duration),
}

impl From<Result<(), MailError>> for Outcome {
    fn from(result: Result<(), MailError>) -> Self {
        match result {
            Ok(()) => Self::Sent,
            Err(error @ MailError::Refused(_)) => Self::Refused(error.to_string()),
            Err(error @ MailError::Unavailable(_)) => Self::TryAgain(error.to_string()),
        }
    }
}

/// Decides what a claimed mail says, from what is stored now. What cannot be read is tried again by
/// the schedule, and fails in the end. A mail to a buyer takes from the rates of its tenant.
pub fn compose(
    store: &(impl Tenants + Catalog + Licenses + WebhookEndpoints + RateLimiter + ?Sized),
    env: &Env<'_>,
    mail: &QueuedMail,
) -> Result<Composed, Failure> {
    let composed = match &mail.content {
        MailContent::LicenseKey(license) => {
            let composed = license_mail::compose(store, env, mail, license);
            composed
                .map(|it| Composed::Mail(Box::new(it)))
                .or_else(not_sent)
        }
        MailContent::WebhookPaused => compose_paused_notice(store, mail).map(|notice| {
            let cancelled = Composed::Outcome(Outcome::Cancelled(RESUMED));
            notice.map_or(cancelled, |notice| Composed::Notice(Box::new(notice)))
        }),
    };
    match composed {
        Err(Failure::Store(error @ StoreError::Inconsistent { .. })) => {
            Ok(Composed::Outcome(Outcome::TryAgain(error.to_string())))
        }
        composed => composed,
    }
}

/// The outcome of a mail that is not sent now.
fn not_sent(reason: CannotCompose) -> Result<Composed, Failure> {
    Ok(Composed::Outcome(match reason {
        CannotCompose::Refused(reason) => Outcome::Refused(reason),
        CannotCompose::Cancelled(reason) => Outcome::Cancelled(reason),
        CannotCompose::TryAgain(reason) => Outcome::TryAgain(reason),
        CannotCompose::Postponed(wait) => Outcome::Postponed(wait),
        CannotCompose::Failed(failure) => return Err(failure),
    }))
}

/// Records the outcome of an attempt. If the lease was lost, nothing changes.
pub fn record_result(
    store: &(impl Mails + Commit + ?Sized),
    env: &Env<'_>,
    leased: &QueuedMail,
    outcome: &Outcome,
) -> Result<MailStatus, Failure> {
    settle(store, |_| {
        let stored = store.mailing(&leased.tenant, &leased.id)?;
        if stored.is_none_or(|stored| stored.version != leased.version) {
            return Ok(Decision::Answer(MailStatus::Pending));
        }
        let now = env.now();
        let mut mail = leased.clone();
        (mail.status, mail.reason) = match outcome {
            Outcome::Sent => (MailStatus::Sent, None),
            Outcome::Refused(reason) => (MailStatus::Failed, Some(reason.clone())),
            Outcome::Cancelled(reason) => (MailStatus::Cancelled, Some((*reason).to_owned())),
            Outcome::TryAgain(reason) => {
                let status = retry(env, &mut mail, now);
                (status, Some(reason.clone()))
            }
            Outcome::Postponed(wait) => {
                mail.attempts = mail.attempts.saturating_sub(1);
                mail.due_at = now.plus(*wait);
                (MailStatus::Pending, Some(RATE_USED_UP.to_owned()))
            }
        };
        let status = mail.status;
        let mut changes = env.changes(now);
        changes.mails.push(Write::changed(mail));
        Ok(Decision::commit(changes, status))
    })
}

/// Schedules the next attempt; `Failed` if no attempts are left.
fn retry(env: &Env<'_>, mail: &mut QueuedMail, now: Timestamp) -> MailStatus {
    match next_attempt(env, mail.attempts, now, None) {
        Some(due_at) => {
            mail.due_at = due_at;
            MailStatus::Pending
        }
        None => MailStatus::Failed,
    }
}

/// Fails up to `n` mails that have waited too long for a mail server. Returns how many failed.
pub fn give_up(
    store: &(impl Mails + Commit + ?Sized),
    env: &Env<'_>,
    n: usize,
) -> Result<usize, Failure> {
    settle(store, |_| {
        let now = env.now();
        let overdue = store.overdue_mails(now.minus(MAX_SERVER_WAIT), n)?;
        if overdue.is_empty() {
            return Ok(Decision::Answer(0));
        }
        let failed = overdue.len();
        let mut changes = env.changes(now);
        for mut mail in overdue {
            mail.status = MailStatus::Failed;
            mail.reason = Some(NO_SERVER.to_owned());
            changes.mails.push(Write::changed(mail));
        }
        Ok(Decision::commit(changes, failed))
    })
}

/// Switches a tenant's mails on or off. Mails that are queued already are sent in any case.
pub fn switch(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    actor: &Actor,
    on: bool,
) -> Result<Tenant, MailCommandError> {
    settle(store, |_| {
        let mut tenant = store.tenant(id)?.ok_or(MailCommandError::NotFound)?;
        if tenant.mails == on {
            return Ok(Decision::Answer(tenant));
        }
        tenant.mails = on;
        let now = env.now();
        let write = Write::changed(tenant);
        let tenant = write.value.clone();
        let action = if on {
            "mail.switched-on"
        } else {
            "mail.switched-off"
        };
        let mut changes = env.changes(now);
        changes.tenants.push(write);
        changes
            .audit
            .push(env.audit(id, now, actor.clone(), action, id.as_str()));
        Ok(Decision::commit(changes, tenant))
    })
}
