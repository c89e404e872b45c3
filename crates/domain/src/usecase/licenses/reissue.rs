//! Replacing the key of a license.

use crate::commit::write::Write;
use crate::model::licenses::key::KeyHash;
use crate::model::outbox::event::EventName;
use crate::ports::{Catalog, Commit, LicenseRecord, Licenses, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::licenses::command::{LicenseError, Target};
use crate::usecase::licenses::mint::generate_key;
use crate::usecase::outbox::event::{license_event, parts};
use crate::usecase::outbox::mail::license_mail;

/// Gives a license another key, which the seller's endpoint and the buyer get. The old key is not valid
/// any more. All else stays as it is: the term, the holds, the activations.
///
/// Of concurrent calls one replaces the key, and the others answer with what it did.
pub fn reissue(
    store: &(impl Licenses + Catalog + Tenants + Commit + ?Sized),
    env: &Env<'_>,
    Target { tenant, id, actor }: Target<'_>,
) -> Result<LicenseRecord, LicenseError> {
    let seller = store.tenant(tenant)?.ok_or(LicenseError::NotFound)?;
    let mut old_key: Option<KeyHash> = None;
    settle(store, |_| {
        let mut record = store.license(tenant, id)?.ok_or(LicenseError::NotFound)?;
        let now = env.now();
        if record.license.standing.revocation().is_some() {
            return Err(LicenseError::AlreadyRevoked);
        }
        let current = record.license.key_hash;
        if old_key.is_some_and(|old| old != current) {
            return Ok(Decision::Answer(record));
        }
        old_key = Some(current);
        let product = store.product(tenant, &record.license.product)?;
        let product = product.ok_or(LicenseError::NotFound)?;
        let key =
            generate_key(env, &product, &env.random()).map_err(|_| LicenseError::DamagedKey)?;
        let (license, recipient) = parts(&mut record);
        license.key_hash = key.hash();
        license.masked_key = key.masked();
        let text = key.expose();
        let field = SealedField::LICENSE_KEY;
        license.sealed_key = env.seal(field, license.id.as_str(), text.as_bytes());

        let mut changes = env.changes(now);
        let name = EventName::LicenseReissued;
        let event = license_event(env, license, name, text, recipient, now);
        changes.deliveries.push(Write::new(event));
        let mail = license_mail(env, Some(&seller), license, recipient.email, now);
        changes.mails.extend(mail);
        let entry = env.audit(tenant, now, actor.clone(), "license.reissued", id.as_str());
        changes.audit.push(entry);
        let write = Write::changed(record.license);
        record.license = write.value.clone();
        changes.licenses.push(write);
        Ok(Decision::commit(changes, record))
    })
}
