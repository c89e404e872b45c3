//! Making a license follow its payment: refunds and disputes revoke, freeze and give back.

use crate::base::change::Change;
use crate::base::id::DisputeId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::{Revocation, RevocationReason, State};
use crate::model::outbox::event::EventName;
use crate::model::sales::disputes::{Dispute, DisputeEffect};
use crate::model::sales::payment::Payment;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::ports::{LicenseRecord, StoreError, Tenants};
use crate::usecase::env::Env;
use crate::usecase::licenses::revocation::{count, names};
use crate::usecase::outbox::event::{Recipient, dispute_event, license_event, parts, refund_event};
use crate::usecase::outbox::mail::license_mail;

/// A payment that changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followed<'a> {
    pub(crate) before: &'a Payment,
    pub(crate) payment: &'a Payment,
    /// What revokes the license besides this payment, if the payment is one of several of a subscription.
    pub(crate) besides: Option<RevocationReason>,
}

impl Followed<'_> {
    /// Why the license is revoked, if it is. A payment of a subscription is one of several: its refund takes
    /// a period back, which the subscription does, and only its lost dispute revokes.
    fn revocation(&self) -> Option<RevocationReason> {
        if self.payment.invoice.is_none() {
            return self.payment.revocation();
        }
        let is_lost = self.payment.disputes.is_lost();
        is_lost
            .then_some(RevocationReason::Dispute)
            .or(self.besides)
    }
}

/// Makes a license follow its payment: it is revoked while the payment is refunded in full or its dispute
/// is lost, frozen while a dispute is open, and given back if that is undone. A partial refund is only told
/// to the seller.
pub(crate) fn follow_payment(
    changes: &mut Changes,
    store: &(impl Tenants + ?Sized),
    env: &Env<'_>,
    followed: Followed<'_>,
    record: LicenseRecord,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    let license = &record.license;
    let may_return = license.standing.revocation().is_some() && followed.revocation().is_none();
    let seller = if may_return {
        store.tenant(&license.tenant)?
    } else {
        None
    };
    let by = (seller.as_ref(), actor);
    follow_payment_into(changes, env, record, by, followed, now);
    Ok(())
}

/// Makes a stored license follow its payment in `changes`, with everything that belongs to it: the
/// tenant's counter, the events, the mail and the audit entry. Does nothing if the payment has no news
/// for the license.
///
/// A license whose revocation is undone is mailed again: it may never have been, since a mail is not
/// queued or is cancelled while its license is revoked.
fn follow_payment_into(
    changes: &mut Changes,
    env: &Env<'_>,
    mut record: LicenseRecord,
    (seller, actor): (Option<&Tenant>, &Actor),
    followed: Followed<'_>,
    now: Timestamp,
) {
    let before = Stood::of(&record.license, now);
    let (license, recipient) = parts(&mut record);
    if !follow(changes, env, license, recipient, followed, now) {
        return;
    }
    let license = &record.license;
    let after = Stood::of(license, now);
    match (before.is_revoked(), after.is_revoked()) {
        (false, true) => count(changes, license, -1, None),
        (true, false) => {
            count(changes, license, 1, None);
            let mail = license_mail(env, seller, license, &record.email, now);
            changes.mails.extend(mail);
        }
        (false, false) | (true, true) => {}
    }
    if let Some(action) = before.action_to(after) {
        let (tenant, id) = (&license.tenant, license.id.as_str());
        let entry = env.audit(tenant, now, actor.clone(), action, id);
        changes.audit.push(entry);
    }
    changes.licenses.push(Write::changed(record.license));
}

/// Makes a license that is being minted follow its payment, whose refunds and disputes arrived before
/// the sale. The caller counts, mails and writes the license.
pub(super) fn minted_late(
    changes: &mut Changes,
    env: &Env<'_>,
    license: &mut License,
    payment: &Payment,
    recipient: Recipient<'_>,
    now: Timestamp,
) {
    let nothing = Payment::new(payment.key.clone(), now);
    let revocation = license.standing.revocation();
    let followed = Followed {
        before: &nothing,
        payment,
        besides: revocation.map(Revocation::reason),
    };
    follow(changes, env, license, recipient, followed, now);
}

/// Changes the license and queues the events. Returns whether the license changed.
fn follow(
    changes: &mut Changes,
    env: &Env<'_>,
    license: &mut License,
    recipient: Recipient<'_>,
    followed: Followed<'_>,
    now: Timestamp,
) -> bool {
    let Followed {
        before, payment, ..
    } = followed;
    let stood = Stood::of(license, now);
    let all: Vec<_> = payment.disputes.iter().collect();
    let disputes = all.iter().map(|(id, it)| (id.as_str(), is_open(it)));
    let revocation = followed.revocation().map_or(Change::Clear, Change::Set);
    let mut is_written = license.standing.follow_payment(disputes, revocation, now);
    if is_first(license) && more_is_refunded(before, payment) {
        let event = refund_event(env, license, payment, recipient, now);
        changes.deliveries.push(Write::new(event));
        is_written = true;
    }
    for (id, dispute) in &all {
        if is_news(before, id, dispute) {
            let of = (*id, dispute, payment);
            let event = dispute_event(env, license, of, recipient, now);
            changes.deliveries.push(Write::new(event));
            is_written = true;
        }
    }
    if let Some(event) = stood.event_to(Stood::of(license, now)) {
        let masked = license.masked_key.clone();
        let event = license_event(env, license, event, &masked, recipient, now);
        changes.deliveries.push(Write::new(event));
    }
    is_written
}

/// Whether a license is the first one of its order, which tells what concerns the whole order.
pub(super) fn is_first(license: &License) -> bool {
    let unit = license.unit.as_ref();
    unit.is_none_or(|it| it.line == 0 && it.unit == 0)
}

/// Whether the payment tells of more that was refunded. What was refunded before the charge was known
/// is told once the charge is.
fn more_is_refunded(before: &Payment, payment: &Payment) -> bool {
    payment.charged.is_some()
        && payment.refunded() > 0
        && (payment.refunded() > before.refunded() || before.charged.is_none())
}

fn is_open(dispute: &Dispute) -> bool {
    dispute.status.effect() == DisputeEffect::Open
}

/// Whether a dispute is told: it is an inquiry or open, and was not before. How it ends is told by the
/// events about the license.
fn is_news(before: &Payment, id: &DisputeId, dispute: &Dispute) -> bool {
    let effect = dispute.status.effect();
    let known = before.disputes.get(id).map(|it| it.status.effect());
    matches!(effect, DisputeEffect::Inquiry | DisputeEffect::Open) && known != Some(effect)
}

/// How a license stood.
#[derive(Debug, Clone, Copy)]
struct Stood {
    state: State,
    revoked: Option<RevocationReason>,
}

impl Stood {
    fn of(license: &License, now: Timestamp) -> Self {
        Self {
            state: license.state(now),
            revoked: license.standing.revocation().map(Revocation::reason),
        }
    }

    fn is_revoked(self) -> bool {
        self.revoked.is_some()
    }

    /// The event about a change to `after`. Another reason for a revocation, and a hold beside others or
    /// of an expired license, are not told.
    fn event_to(self, after: Self) -> Option<EventName> {
        match (self.revoked, after.revoked) {
            (None, Some(reason)) => Some(names(reason).1),
            (Some(_), Some(_)) => None,
            (Some(_), None) if after.state == State::Frozen => Some(EventName::LicenseFrozen),
            (Some(_), None) => Some(EventName::LicenseUpdated),
            (None, None) => match (self.state, after.state) {
                (State::Active, State::Frozen) => Some(EventName::LicenseFrozen),
                (State::Frozen, State::Active) => Some(EventName::LicenseThawed),
                _ => None,
            },
        }
    }

    /// The audit action of a change to `after`.
    fn action_to(self, after: Self) -> Option<&'static str> {
        match (self.revoked, after.revoked) {
            (old, Some(reason)) => (old != Some(reason)).then_some(names(reason).0),
            (Some(RevocationReason::Refund), None) => Some("license.refund-failed"),
            _ => match self.event_to(after)? {
                EventName::LicenseFrozen => Some("license.frozen"),
                EventName::LicenseThawed => Some("license.thawed"),
                _ => Some("license.restored"),
            },
        }
    }
}
