//! Minting and revoking a license together with everything that belongs to it: the license, the
//! tenant's counter, the event, the mail and the audit entry.
//!
//! Every use case that mints or revokes calls these functions, so that all of them count, send and
//! record the same.

use crate::base::id::SessionId;
use crate::base::metadata::Metadata;
use crate::base::money::Money;
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::catalog::product::Product;
use crate::model::licenses::license::{Notes, OrderUnit};
use crate::model::licenses::standing::RevocationReason;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::outbox::event::EventName;
use crate::model::outbox::event_details::PaidAmount;
use crate::model::sales::customer::Customer;
use crate::model::sales::payment::Payment;
use crate::model::sales::subscription::Subscription;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::Tenant;
use crate::ports::LicenseRecord;
use crate::usecase::env::Env;
use crate::usecase::licenses::follow_payment::{is_first, minted_late};
use crate::usecase::licenses::mint::{CannotMint, MintRequest, Minted, mint};
use crate::usecase::licenses::revocation::{count, names};
use crate::usecase::outbox::event::{Recipient, license_event, masked_license_event, paid_event};
use crate::usecase::outbox::mail::license_mail;

/// A license to mint, and what goes with it.
pub(crate) struct NewLicense<'a> {
    /// The seller; `None` if the tenant is gone, which sends no mail.
    pub(crate) seller: Option<&'a Tenant>,
    /// The licensed product.
    pub(crate) product: &'a Product,
    /// The key type that was sold or issued.
    pub(crate) key_type: &'a KeyTypeId,
    /// The agreed terms.
    pub(crate) terms: &'a LicenseTerms,
    /// The customer who holds the license, in the mode of the license.
    pub(crate) customer: &'a Customer,
    /// The unit of an order that the license fulfils.
    pub(crate) unit: Option<&'a OrderUnit>,
    /// The subscription that pays for the license, from which it gets its term.
    pub(crate) subscription: Option<&'a Subscription>,
    /// The Stripe session that paid for the license.
    pub(crate) session: Option<&'a SessionId>,
    /// The seller's notes.
    pub(crate) notes: Option<Notes>,
    /// The seller's metadata.
    pub(crate) metadata: Metadata,
    /// The tenant's license quota; `None` if the license is minted even beyond the quota.
    pub(crate) quota: Option<u32>,
    /// The total that was paid for the order; `None` if it is not known, or the license is not sold.
    pub(crate) total: Option<Money>,
    /// The payment, whose refunds and disputes may have arrived before the sale; `None` if the license
    /// is not sold.
    pub(crate) payment: Option<&'a Payment>,
    /// The payments of further invoices of the subscription, which arrived before the sale.
    pub(crate) renewals: &'a [Payment],
    /// Who mints the license, for the audit trail.
    pub(crate) actor: Actor,
}

/// Adds a license to `changes`, with its counter, event, mail and audit entry.
///
/// A license that its payment revokes from the start is neither counted nor mailed. The events about
/// that are sent too, so that a receiver never takes its key for valid.
pub(crate) fn mint_into(
    changes: &mut Changes,
    env: &Env<'_>,
    new: NewLicense<'_>,
    now: Timestamp,
) -> Result<Minted, CannotMint> {
    let request = MintRequest {
        mode: new.customer.mode,
        key_type: new.key_type,
        terms: new.terms,
        customer: &new.customer.id,
        unit: new.unit,
    };
    let mut minted = mint(env, new.product, &request, now)?;
    let license = &mut minted.license;
    license.notes = new.notes;
    license.metadata = new.metadata;
    if let Some(subscription) = new.subscription {
        subscription.put_on(license, None);
    }

    let recipient = Recipient {
        email: &new.customer.email,
        external_id: new.customer.external_id.as_ref(),
        session: new.session,
    };
    let created = EventName::LicenseCreated;
    let key = minted.key.expose();
    let event = license_event(env, license, created, key, recipient, now);
    changes.deliveries.push(Write::new(event));
    if license.unit.is_some() && is_first(license) {
        let paid = PaidAmount {
            total: new.total.map(Money::minor),
            currency: new.total.map(Money::currency),
            payment: new.payment.map(|it| &it.key.intent),
        };
        let event = paid_event(env, license, paid, recipient, now);
        changes.deliveries.push(Write::new(event));
    }
    for payment in new.payment.into_iter().chain(new.renewals) {
        minted_late(changes, env, license, payment, recipient, now);
    }
    let is_refunded = new.subscription.is_some_and(|it| it.term().is_refunded);
    let refund = RevocationReason::Refund;
    if is_refunded && license.standing.revoke(refund, now) {
        let masked = license.masked_key.clone();
        let event = license_event(env, license, names(refund).1, &masked, recipient, now);
        changes.deliveries.push(Write::new(event));
    }
    if license.standing.revocation().is_none() {
        count(changes, license, 1, new.quota);
        let mail = license_mail(env, new.seller, license, &new.customer.email, now);
        changes.mails.extend(mail);
    }
    let (tenant, id) = (&license.tenant, license.id.as_str());
    let entry = env.audit(tenant, now, new.actor, "license.minted", id);
    changes.audit.push(entry);
    changes.licenses.push(Write::new(license.clone()));
    Ok(minted)
}

/// Revokes a license in `changes`, and returns the revoked license. Returns `None`, and changes
/// nothing, if it is revoked already for this reason or for one that outranks it.
///
/// If the license was in force, the tenant's counter is decremented and an event is queued.
pub(crate) fn revoke_into(
    changes: &mut Changes,
    env: &Env<'_>,
    mut record: LicenseRecord,
    reason: RevocationReason,
    actor: Actor,
    now: Timestamp,
) -> Option<LicenseRecord> {
    let was_in_force = record.license.standing.revocation().is_none();
    if !record.license.standing.revoke(reason, now) {
        return None;
    }
    let (action, event) = names(reason);
    if was_in_force {
        count(changes, &record.license, -1, None);
        let event = masked_license_event(env, &mut record, event, now);
        changes.deliveries.push(Write::new(event));
    }
    let license = &record.license;
    let entry = env.audit(&license.tenant, now, actor, action, license.id.as_str());
    changes.audit.push(entry);
    let write = Write::changed(record.license);
    record.license = write.value.clone();
    changes.licenses.push(write);
    Some(record)
}

/// Gives a license back in `changes`, because its subscription is not refunded any more. Does nothing if the
/// license is revoked for another reason. The license is mailed again: it may never have been, since a
/// mail is not queued or is cancelled while its license is revoked.
pub(crate) fn restore_into(
    changes: &mut Changes,
    env: &Env<'_>,
    mut record: LicenseRecord,
    (seller, actor): (Option<&Tenant>, Actor),
    now: Timestamp,
) {
    let license = &mut record.license;
    if !license.standing.undo_refund() {
        return;
    }
    count(changes, license, 1, None);
    let mail = license_mail(env, seller, license, &record.email, now);
    changes.mails.extend(mail);
    let (tenant, id) = (&license.tenant, license.id.as_str());
    let entry = env.audit(tenant, now, actor, "license.refund-failed", id);
    changes.audit.push(entry);
    let event = masked_license_event(env, &mut record, EventName::LicenseUpdated, now);
    changes.deliveries.push(Write::new(event));
    changes.licenses.push(Write::changed(record.license));
}
