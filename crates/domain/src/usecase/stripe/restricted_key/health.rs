//! The health of a connected key: it is probed every day, and whenever Stripe refuses a call made with it.

use std::time::Duration;

use crate::base::id::MailId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::outbox::mail::{MailContent, QueuedMail};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::key_permission::KeyPermission;
use crate::model::stripe::key_proof::{KeyProof, KeyVerdict, verdict};
use crate::model::stripe::restricted_key::{ConnectedKey, KeyHealth, id_of};
use crate::ports::{Commit, KeyProver, RestrictedKeys, SellerKey, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::restricted_key::coupon::prove;
use crate::usecase::stripe::restricted_key::shared::{CHECK_EVERY, open_key};

/// How often a key that needs attention is probed, since its seller may have repaired it at Stripe.
const CHECK_UNHEALTHY_EVERY: Duration = Duration::from_hours(1);

/// When a key is probed again whose probes Stripe did not answer.
const CHECK_AGAIN_AFTER: Duration = Duration::from_mins(10);

/// Probes the connected key of a tenant and records what the probes say. What Stripe does not answer changes no
/// state. Returns whether the key is well; `None` if nothing was found out.
pub fn recheck(
    store: &(impl Tenants + RestrictedKeys + Commit + ?Sized),
    prover: &dyn KeyProver,
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
) -> Result<Option<bool>, Failure> {
    let row = store.restricted_key(tenant, mode)?;
    let Some(probed) = row.and_then(|row| row.connected) else {
        return Ok(None);
    };
    let key = SellerKey {
        mode,
        account: Some(probed.account.clone()),
        key: open_key(env, &id_of(tenant, mode), &probed.sealed_key)?,
    };
    let proof = prove(store, prover, env, tenant, &key)?;
    settle(store, |_| {
        record(store, env, (tenant, mode), &probed, &proof)
    })
}

fn record(
    store: &(impl Tenants + RestrictedKeys + ?Sized),
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
    probed: &ConnectedKey,
    proof: &KeyProof,
) -> Result<Decision<Option<bool>>, Failure> {
    let Some(mut row) = store.restricted_key(tenant, mode)? else {
        return Ok(Decision::Answer(None));
    };
    let Some(connected) = &mut row.connected else {
        return Ok(Decision::Answer(None));
    };
    if connected.connected_at != probed.connected_at {
        // The key was replaced while it was probed.
        return Ok(Decision::Answer(None));
    }
    let now = env.now();
    let mut changes = env.changes(now);
    let (missing, is_refused) = match verdict(&proof.outcomes) {
        KeyVerdict::Granted => (Vec::new(), false),
        KeyVerdict::Missing(missing) => (missing, false),
        KeyVerdict::BadKey => (Vec::new(), true),
        KeyVerdict::Undetermined(_) => {
            row.due_at = Some(now.plus(CHECK_AGAIN_AFTER));
            changes.restricted_keys.push(Write::changed(row));
            return Ok(Decision::commit(changes, None));
        }
    };
    let (was_well, is_well) = (
        connected.health.since.is_none(),
        missing.is_empty() && !is_refused,
    );
    connected.health = next_health(&connected.health, missing, is_refused, now);
    if is_well {
        connected.excess.clone_from(&proof.excess);
    }
    let every = if is_well {
        CHECK_EVERY
    } else {
        CHECK_UNHEALTHY_EVERY
    };
    if was_well != is_well {
        report(store, env, &mut changes, (tenant, mode), connected)?;
    }
    row.due_at = Some(now.plus(every));
    changes.restricted_keys.push(Write::changed(row));
    Ok(Decision::commit(changes, Some(is_well)))
}

/// Writes the audit entry about a key whose state has changed, and the event and the mail to its seller if it needs
/// attention.
fn report(
    store: &(impl Tenants + ?Sized),
    env: &Env<'_>,
    changes: &mut Changes,
    (tenant, mode): (&TenantId, Mode),
    connected: &ConnectedKey,
) -> Result<(), Failure> {
    let now = changes.at;
    let is_well = connected.health.since.is_none();
    let action = if is_well {
        "stripe.key-recovered"
    } else {
        "stripe.key-needs-attention"
    };
    let target = format!("{mode}:{}", connected.account);
    let entry = env.audit(tenant, now, Actor::Stripe, action, target);
    changes.audit.push(entry);
    if is_well {
        return Ok(());
    }
    let account = AccountRef {
        mode,
        account: connected.account.clone(),
    };
    let change = ConnectionChange::KeyNeedsAttention(&connected.health);
    let event = connection_event(env, (tenant, &account), change, now);
    changes.deliveries.push(event);
    if let Some(owner) = store.tenant(tenant)? {
        let id = MailId::new(now, env.random());
        let content = MailContent::KeyNeedsAttention(mode);
        let mail = QueuedMail::new(id, tenant.clone(), content, owner.email, now);
        changes.mails.push(Write::new(mail));
    }
    Ok(())
}

/// The health after a proof with a result.
fn next_health(
    before: &KeyHealth,
    missing: Vec<KeyPermission>,
    is_refused: bool,
    now: Timestamp,
) -> KeyHealth {
    let is_well = missing.is_empty() && !is_refused;
    KeyHealth {
        since: (!is_well).then(|| before.since.unwrap_or(now)),
        missing,
        is_refused,
        checked_at: now,
    }
}
