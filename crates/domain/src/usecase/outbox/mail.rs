//! QueuedMail keys: what is queued, one attempt from a claimed mailing to what is written down of it,
//! sending again, and the tenant's switch.

use std::time::Duration;

use crate::base::email::Email;
use crate::base::id::{LicenseId, MailId};
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::access::rate::{Rate, Take};
use crate::model::licenses::license::License;
use crate::model::licenses::standing::State;
use crate::model::outbox::mail::{Letter, MailStatus, QueuedMail, letter};
use crate::model::outbox::retry::RetrySchedule;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::ports::{
    Catalog, Commit, LicenseRecord, Licenses, MailError, Mails, Message, RateLimiter, Tenants,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// How long a claim holds: longer than a whole conversation with a slow mail server.
pub const LEASE: Duration = Duration::from_mins(5);

/// For how long a mailing waits for a mail server to be set up.
pub const WAITS_AT_MOST: Duration = Duration::from_hours(72);

/// How often a license's key is sent again when asked: enough for typing errors in an address,
/// too seldom to be a nuisance.
pub const RESEND_RATE: Rate = Rate {
    limit: 5,
    window: Duration::from_hours(1),
};

/// What a license that was revoked meanwhile leaves on its mailing.
const REVOKED: &str = "the license was revoked before the mail was sent";
/// What a mailing that nobody could send is left with.
const NO_SERVER: &str = "no mail server was set up in three days";

/// Why a key was not mailed, or its mailing not queued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailCommandError {
    /// There is no such license or tenant.
    #[error("not found")]
    NotFound,
    /// Its key would open nothing.
    #[error("the license is revoked; its key is not sent any more")]
    Revoked,
    /// This server sends no mail.
    #[error(
        "this server has no mail server to send by; set MINTAGE_SMTP_URL and MINTAGE_MAIL_FROM"
    )]
    NotConfigured,
    /// It was sent again too often just now.
    #[error("too many calls; try again in {0:?}")]
    RateLimited(Duration),
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(MailCommandError);

/// The mail that brings a new license's key to its buyer; `None` if the tenant has switched mail
/// off.
pub(crate) fn license_mail(
    env: &Env<'_>,
    tenant: Option<&Tenant>,
    license: &License,
    to: &Email,
    now: Timestamp,
) -> Option<Write<QueuedMail>> {
    tenant
        .is_some_and(|tenant| tenant.mails)
        .then(|| Write::new(mailing(env, license, to, now)))
}

fn mailing(env: &Env<'_>, license: &License, to: &Email, now: Timestamp) -> QueuedMail {
    let id = MailId::new(now, env.random());
    let (tenant, license) = (license.tenant.clone(), license.id.clone());
    QueuedMail::new(id, tenant, license, to.clone(), now)
}

/// What there is to do for a claimed mailing.
#[derive(Debug)]
pub enum Composed {
    /// This is to be sent.
    Message(Box<Message>),
    /// Nothing is to be sent; this is what is to be written down instead.
    Outcome(Outcome),
}

/// How an attempt ended. Texts are for people, and hold nothing of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has it.
    Sent,
    /// It will never be sent.
    Refused(String),
    /// It may yet be sent.
    TryAgain(String),
    /// It is not to be sent any more.
    Cancelled(&'static str),
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

/// Writes the message of a claimed mailing, from the license as it is now.
pub fn compose(
    store: &(impl Tenants + Catalog + Licenses + ?Sized),
    env: &Env<'_>,
    mailing: &QueuedMail,
) -> Result<Composed, Failure> {
    let gone = |what: &str| {
        Ok(Composed::Outcome(Outcome::Refused(format!(
            "{what} is gone"
        ))))
    };
    let Some(LicenseRecord { license, .. }) = store.license(&mailing.tenant, &mailing.license)?
    else {
        return gone("the license");
    };
    if license.state(env.now()) == State::Revoked {
        return Ok(Composed::Outcome(Outcome::Cancelled(REVOKED)));
    }
    let Some(tenant) = store.tenant(&license.tenant)? else {
        return gone("the tenant");
    };
    let Some(product) = store.product(&license.tenant, &license.product)? else {
        return gone("the product");
    };
    let Some(plan) = store.key_type(&license.tenant, &license.product, &license.key_type)? else {
        return gone("the key type");
    };
    let opened = env.open(
        SealedField::LICENSE_KEY,
        license.id.as_str(),
        &license.sealed_key,
    );
    // The right master key may be back for the next attempt.
    let Some(key) = opened.ok().and_then(crate::base::seal::Opened::into_text) else {
        let reason = "the license's key does not open".to_owned();
        return Ok(Composed::Outcome(Outcome::TryAgain(reason)));
    };
    let (subject, text, html) = letter(&Letter {
        product: product.display_name.as_str(),
        plan: plan.display_name.as_str(),
        key: key.expose(),
        mode: license.mode,
        expires_at: license.standing.expires_at(),
        devices: license.activation_limit,
    });
    Ok(Composed::Message(Box::new(Message {
        id: mailing.id.clone(),
        to: mailing.to.clone(),
        reply_to: tenant.email,
        subject,
        text: Secret::new(text),
        html: Secret::new(html),
    })))
}

/// Writes down how an attempt ended. A lease that was lost meanwhile changes nothing.
pub fn record_result(
    store: &(impl Mails + Commit + ?Sized),
    env: &Env<'_>,
    leased: &QueuedMail,
    outcome: &Outcome,
) -> Result<MailStatus, Failure> {
    settle(store, |_| {
        let known = store.mailing(&leased.tenant, &leased.id)?;
        if known.is_none_or(|known| known.version != leased.version) {
            return Ok(Decision::Answer(MailStatus::Pending));
        }
        let now = env.now();
        let mut mailing = leased.clone();
        (mailing.status, mailing.reason) = match outcome {
            Outcome::Sent => (MailStatus::Sent, None),
            Outcome::Refused(reason) => (MailStatus::Failed, Some(reason.clone())),
            Outcome::Cancelled(reason) => (MailStatus::Cancelled, Some((*reason).to_owned())),
            Outcome::TryAgain(reason) => {
                let status = try_again(env, &mut mailing, now);
                (status, Some(reason.clone()))
            }
        };
        let status = mailing.status;
        let mut changes = env.changes(now);
        changes.mails.push(Write::changed(mailing));
        Ok(Decision::commit(changes, status))
    })
}

/// When it is due again, or that its attempts are used up.
fn try_again(env: &Env<'_>, mailing: &mut QueuedMail, now: Timestamp) -> MailStatus {
    let made = usize::try_from(mailing.attempts).unwrap_or(usize::MAX);
    let random = u32::from_be_bytes(env.random());
    match RetrySchedule::next(made, now, random, None) {
        Some(due_at) => {
            mailing.due_at = due_at;
            MailStatus::Pending
        }
        None => MailStatus::Failed,
    }
}

/// Gives up what has waited for a mail server for three days: the most of a batch at a time.
/// Returns how many were given up.
pub fn give_up(
    store: &(impl Mails + Commit + ?Sized),
    env: &Env<'_>,
    n: usize,
) -> Result<usize, Failure> {
    settle(store, |_| {
        let now = env.now();
        let waited = i64::try_from(WAITS_AT_MOST.as_micros()).unwrap_or(i64::MAX);
        let before = Timestamp::from_micros(now.as_micros().saturating_sub(waited));
        let overdue = store.overdue_mails(before, n)?;
        if overdue.is_empty() {
            return Ok(Decision::Answer(0));
        }
        let given_up = overdue.len();
        let mut changes = env.changes(now);
        for mut mailing in overdue {
            mailing.status = MailStatus::Failed;
            mailing.reason = Some(NO_SERVER.to_owned());
            changes.mails.push(Write::changed(mailing));
        }
        Ok(Decision::commit(changes, given_up))
    })
}

/// Queues a license's key for its buyer again, whatever the tenant's switch says.
pub fn resend(
    store: &(impl Licenses + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &LicenseId,
    actor: &Actor,
    is_configured: bool,
) -> Result<QueuedMail, MailCommandError> {
    let to_send = || {
        let record = store
            .license(tenant, id)?
            .ok_or(MailCommandError::NotFound)?;
        if record.license.state(env.now()) == State::Revoked {
            return Err(MailCommandError::Revoked);
        }
        Ok(record)
    };
    // What is refused in any case takes nothing of the rate.
    to_send()?;
    if !is_configured {
        return Err(MailCommandError::NotConfigured);
    }
    let taken = store.take(&format!("resend:{id}"), RESEND_RATE, 1, env.now())?;
    if let Take::Refused(wait) = taken {
        return Err(MailCommandError::RateLimited(wait));
    }
    settle(store, |_| {
        let record = to_send()?;
        let now = env.now();
        let mailing = mailing(env, &record.license, &record.email, now);
        let mut changes = env.changes(now);
        changes.mails.push(Write::new(mailing.clone()));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "license.resent", id.as_str()));
        Ok(Decision::commit(changes, mailing))
    })
}

/// Switches a tenant's mail on or off. What is queued already is sent all the same.
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
        let put = Write::changed(tenant);
        let tenant = put.value.clone();
        let action = if on {
            "mail.switched-on"
        } else {
            "mail.switched-off"
        };
        let mut changes = env.changes(now);
        changes.tenants.push(put);
        changes
            .audit
            .push(env.audit(id, now, actor.clone(), action, id.as_str()));
        Ok(Decision::commit(changes, tenant))
    })
}
