//! How a license follows the refunds of its payment, whoever reports them.

use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::licenses::standing::RevocationReason;
use crate::model::sales::payment::Payment;
use crate::model::sellers::audit::Actor;
use crate::ports::{LicenseRecord, StoreError, Tenants};
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::{refund_part_into, restore_into, revoke_into};

/// Makes a license follow its payment: it is revoked while the payment is refunded in full, and given
/// back if a refund fails. A partial refund is only told to the seller.
pub(crate) fn follow(
    changes: &mut Changes,
    store: &(impl Tenants + ?Sized),
    env: &Env<'_>,
    (before, payment): (&Payment, &Payment),
    mut record: LicenseRecord,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    if payment.is_fully_refunded() {
        let reason = RevocationReason::Refund;
        revoke_into(changes, env, record, reason, actor.clone(), now);
        return Ok(());
    }
    // What was refunded before the charge was known is told once the charge is.
    let is_news = payment.refunded() > before.refunded() || before.charged.is_none();
    let is_part = is_news && payment.is_partly_refunded();
    if is_part {
        refund_part_into(changes, env, &mut record, payment, now);
    }
    let revocation = record.license.standing.revocation();
    if revocation.is_some_and(|it| it.reason() == RevocationReason::Refund) {
        let seller = store.tenant(&record.license.tenant)?;
        restore_into(changes, env, record, (seller.as_ref(), actor.clone()), now);
    } else if is_part {
        changes.licenses.push(Write::changed(record.license));
    }
    Ok(())
}
