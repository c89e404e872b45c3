//! Sending license keys to their buyers again.

use std::collections::HashSet;
use std::time::Duration;

use crate::base::id::LicenseId;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::access::rate::{Rate, Take};
use crate::model::licenses::standing::State;
use crate::model::outbox::mail::QueuedMail;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::ports::{Commit, LicenseRecord, Licenses, RateLimiter, TakeQuery, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::outbox::mail::{MailCommandError, queued_mail};
use crate::usecase::outbox::mail_rates::{Counted, take_rates};

/// How often the key of a license may be resent: enough to correct an address, too seldom to abuse.
pub const RESEND_RATE: Rate = Rate {
    limit: 5,
    window: Duration::from_hours(1),
};

/// The largest number of licenses whose keys one call resends.
pub const MAX_RESENT: usize = 100;

/// Queues the key of a license for its buyer again, even if the tenant has switched mails off.
///
/// Resent keys have rates of their own, as high as those of the mails that are sent. So a key beyond a
/// rate is refused, while one that was accepted waits at most for mails about new licenses.
pub fn resend(
    store: &(impl Tenants + Licenses + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &LicenseId,
    actor: &Actor,
    is_configured: bool,
) -> Result<QueuedMail, MailCommandError> {
    let seller = store.tenant(tenant)?.ok_or(MailCommandError::NotFound)?;
    resend_of(store, env, &seller, id, actor, is_configured)
}

/// Queues the keys of several licenses again, each as [`resend`] does. Returns a result for each id, in
/// the order of the ids; a text that is no id is not found. After a failure of the store nothing more is
/// tried.
pub fn resend_all(
    store: &(impl Tenants + Licenses + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    ids: &[String],
    actor: &Actor,
    is_configured: bool,
) -> Result<Vec<Result<QueuedMail, MailCommandError>>, MailCommandError> {
    let seller = store.tenant(tenant)?.ok_or(MailCommandError::NotFound)?;
    if !is_configured {
        return Err(MailCommandError::NotConfigured);
    }
    let mut seen = HashSet::new();
    let mut results: Vec<Result<_, MailCommandError>> = Vec::new();
    for id in ids {
        let failed = results.last().and_then(|it| it.as_ref().err());
        let result = match (failed, LicenseId::parse(id)) {
            (Some(error @ MailCommandError::Failure(_)), _) => Err(error.clone()),
            (_, Err(_)) => Err(MailCommandError::NotFound),
            (_, Ok(id)) if !seen.insert(id.clone()) => Err(MailCommandError::Repeated),
            (_, Ok(id)) => resend_of(store, env, &seller, &id, actor, is_configured),
        };
        results.push(result);
    }
    Ok(results)
}

fn resend_of(
    store: &(impl Licenses + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    seller: &Tenant,
    id: &LicenseId,
    actor: &Actor,
    is_configured: bool,
) -> Result<QueuedMail, MailCommandError> {
    let tenant = &seller.id;
    let sendable = || {
        let record = store
            .license(tenant, id)?
            .ok_or(MailCommandError::NotFound)?;
        if record.license.state(env.now()) == State::Revoked {
            return Err(MailCommandError::Revoked);
        }
        if !record.email.is_mailable() {
            return Err(MailCommandError::Unmailable);
        }
        Ok(record)
    };
    // A call that is refused for another reason does not count towards the rates.
    let record = sendable()?;
    if !is_configured {
        return Err(MailCommandError::NotConfigured);
    }
    check_rates(store, env, seller, &record)?;
    settle(store, |_| {
        let record = sendable()?;
        let now = env.now();
        let mail = queued_mail(env, &record.license, &record.email, now);
        let mut changes = env.changes(now);
        changes.mails.push(Write::new(mail.clone()));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "license.resent", id.as_str()));
        Ok(Decision::commit(changes, mail))
    })
}

/// Takes one from each rate of resent keys, the narrowest first.
fn check_rates(
    store: &(impl RateLimiter + ?Sized),
    env: &Env<'_>,
    seller: &Tenant,
    LicenseRecord { license, email, .. }: &LicenseRecord,
) -> Result<(), MailCommandError> {
    let now = env.now();
    let taken = store.take(TakeQuery {
        key: format!("resend:{}", license.id),
        rate: RESEND_RATE,
        n: 1,
        now,
    })?;
    if let Take::Refused(wait) = taken {
        return Err(MailCommandError::RateLimited(wait));
    }
    match take_rates(store, Counted::Resent, seller, license.mode, email, now)? {
        Some(wait) => Err(MailCommandError::RateLimited(wait)),
        None => Ok(()),
    }
}
