//! The mail that brings the keys of a purchase to its buyer.

use std::time::Duration;

use crate::base::id::LicenseId;
use crate::base::seal::Opened;
use crate::base::secret::Secret;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::State;
use crate::model::outbox::mail::{LicenseMail, MailedLicense, QueuedMail};
use crate::ports::{Catalog, LicenseRecord, Licenses, RateLimiter, StoreError, Tenants};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;
use crate::usecase::outbox::mail_rates::{Counted, take_rates};

/// How long a mail waits for the rates of its tenant.
const MAX_RATE_WAIT: Duration = Duration::from_hours(72);

/// The reason of a mail that was cancelled because its licenses were revoked.
const REVOKED: &str = "the license was revoked before the mail was sent";
/// The reason of a mail that was cancelled because its customer was erased.
const ERASED: &str = "the customer was erased";
/// The reason of a mail that waited too long for a rate of its tenant.
const TOO_MANY: &str = "the tenant sent too many mails for three days";

/// Why a mail is not sent now.
pub(super) enum CannotCompose {
    /// The mail can never be sent.
    Refused(String),
    /// The mail must not be sent any more.
    Cancelled(&'static str),
    /// The next attempt may succeed.
    TryAgain(String),
    /// A rate is used up for this duration.
    Postponed(Duration),
    /// The store failed.
    Failed(Failure),
}

impl From<StoreError> for CannotCompose {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

fn gone(what: &str) -> CannotCompose {
    CannotCompose::Refused(format!("{what} is gone"))
}

/// Composes the mail of a license, or of all licenses of its order if it is the first of those that are
/// not revoked.
pub(super) fn compose(
    store: &(impl Tenants + Catalog + Licenses + RateLimiter + ?Sized),
    env: &Env<'_>,
    mail: &QueuedMail,
    id: &LicenseId,
) -> Result<LicenseMail, CannotCompose> {
    let record = store.license(&mail.tenant, id)?;
    let LicenseRecord { license, .. } = record.ok_or_else(|| gone("the license"))?;
    let licenses = licenses(store, env, license)?;
    let (first, others) = licenses
        .split_first()
        .ok_or(CannotCompose::Cancelled(REVOKED))?;
    if mail.to.is_erased() {
        return Err(CannotCompose::Cancelled(ERASED));
    }
    let tenant = store.tenant(&first.tenant)?;
    let tenant = tenant.ok_or_else(|| gone("the tenant"))?;
    let content = mailed(store, env, first)?;
    let more = others.iter().map(|license| mailed(store, env, license));
    let more = more.collect::<Result<_, _>>()?;
    let now = env.now();
    let counted = Counted::Sent;
    let wait = take_rates(store, counted, &tenant, first.mode, &mail.to, now)?;
    if let Some(wait) = wait {
        let has_waited = now.since(mail.created_at) >= MAX_RATE_WAIT;
        return Err(if has_waited {
            CannotCompose::Refused(TOO_MANY.to_owned())
        } else {
            CannotCompose::Postponed(wait)
        });
    }
    Ok(LicenseMail {
        id: mail.id.clone(),
        to: mail.to.clone(),
        reply_to: tenant.email,
        product: content.product,
        plan: content.plan,
        key: content.key,
        mode: first.mode,
        expires_at: content.expires_at,
        activation_limit: content.activation_limit,
        more,
    })
}

/// The licenses that a mail about this one names; none if all are revoked.
fn licenses(
    store: &(impl Licenses + ?Sized),
    env: &Env<'_>,
    license: License,
) -> Result<Vec<License>, StoreError> {
    let now = env.now();
    let is_valid = |it: &License| it.state(now) != State::Revoked;
    let Some(unit) = &license.unit else {
        return Ok(Some(license).into_iter().filter(is_valid).collect());
    };
    let of_order = store.licenses_of_order(&unit.order)?.into_iter();
    let valid: Vec<License> = of_order
        .map(|record| record.license)
        .filter(|it| it.customer == license.customer && is_valid(it))
        .collect();
    let is_first = unit.is_first() || valid.first().is_some_and(|it| it.id == license.id);
    if is_first {
        return Ok(valid);
    }
    Ok(valid.into_iter().filter(|it| it.id == license.id).collect())
}

/// What the mail says about a license.
fn mailed(
    store: &(impl Catalog + ?Sized),
    env: &Env<'_>,
    license: &License,
) -> Result<MailedLicense, CannotCompose> {
    let (tenant, product) = (&license.tenant, &license.product);
    let name = store.product(tenant, product)?;
    let name = name.ok_or_else(|| gone("the product"))?;
    let plan = store.key_type(tenant, product, &license.key_type)?;
    let plan = plan.ok_or_else(|| gone("the key type"))?;
    Ok(MailedLicense {
        product: name.display_name.as_str().to_owned(),
        plan: plan.display_name.as_str().to_owned(),
        key: key_of(env, license)?,
        expires_at: license.standing.expires_at(),
        activation_limit: license.activation_limit,
    })
}

fn key_of(env: &Env<'_>, license: &License) -> Result<Secret, CannotCompose> {
    let (field, id) = (SealedField::LICENSE_KEY, license.id.as_str());
    let opened = env.open(field, id, &license.sealed_key).ok();
    // The operator may have configured the missing master key by the next attempt.
    opened
        .and_then(Opened::into_text)
        .ok_or_else(|| CannotCompose::TryAgain("the license's key does not open".to_owned()))
}
