//! What several steps of the connection share.

use std::time::Duration;

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::seal::{OpenError, Sealed};
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::base::url::{InvalidWebUrl, WebUrl};
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::restricted_key::{OwnEndpoint, RestrictedKey, id_of};
use crate::ports::{Connections, RestrictedKeys, SellerKey, StoreError};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;

/// When a worker finishes what a crash interrupts.
pub(super) const FINISH_AFTER: Duration = Duration::from_mins(2);

/// How often a key that is well is probed.
pub(super) const CHECK_EVERY: Duration = Duration::from_hours(24);

/// The address of the endpoint of a tenant in a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub url: WebUrl,
}

impl Address {
    /// The address on a server with this public URL.
    pub fn new(public_url: &WebUrl, tenant: &TenantId, mode: Mode) -> Result<Self, InvalidWebUrl> {
        let url = format!("{public_url}/api/{tenant}/stripe/webhook/restricted-key/{mode}");
        Ok(Self {
            url: WebUrl::parse(&url)?,
        })
    }
}

/// The key that a tenant has connected in a mode, to call Stripe with; `None` without one.
pub fn seller_key(
    store: &(impl RestrictedKeys + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    mode: Mode,
) -> Result<Option<SellerKey>, Failure> {
    let row = store.restricted_key(tenant, mode)?;
    match row.as_ref().and_then(|row| row.connected.as_ref()) {
        None => Ok(None),
        Some(connected) => Ok(Some(SellerKey {
            mode,
            account: Some(connected.account.clone()),
            key: open_key(env, &id_of(tenant, mode), &connected.sealed_key)?,
        })),
    }
}

/// The secret that signs the events of the tenant's endpoint in a mode; `None` without one.
pub fn webhook_secret(env: &Env<'_>, row: &RestrictedKey) -> Result<Option<Secret>, Failure> {
    let endpoint = row.connected.as_ref().map(|connected| &connected.endpoint);
    let Some(OwnEndpoint::Created { sealed_secret, .. }) = endpoint else {
        return Ok(None);
    };
    let field = SealedField::RESTRICTED_KEY_WEBHOOK_SECRET;
    Ok(env.open(field, &row.id(), sealed_secret)?.into_text())
}

/// Whether another tenant holds the account: by a restricted key in either mode, or by OAuth as far as
/// `is_held_by_oauth` says.
pub(in crate::usecase::stripe) fn is_taken(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
    account: &AccountRef,
    is_held_by_oauth: impl Fn(&AccountLink) -> bool,
) -> Result<bool, StoreError> {
    for mode in Mode::ALL {
        let link = store.account_link(&AccountRef {
            mode,
            account: account.account.clone(),
        })?;
        let is_held = |link: &AccountLink| link.by_key || (link.active && is_held_by_oauth(link));
        if link.is_some_and(|link| link.tenant != *tenant && is_held(&link)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens a key that is sealed for the row with this id.
pub(super) fn open_key(env: &Env<'_>, id: &str, sealed: &Sealed) -> Result<Secret, Failure> {
    let opened = env.open(SealedField::RESTRICTED_KEY, id, sealed)?;
    let text = opened.into_text();
    text.ok_or(Failure::Sealed(OpenError::Refused))
}

/// Records that no restricted key is connected to an account any more.
pub(super) fn unlink(
    store: &(impl Connections + ?Sized),
    changes: &mut Changes,
    mode: Mode,
    account: &StripeAccountId,
) -> Result<(), StoreError> {
    let account = account.clone();
    if let Some(mut link) = store.account_link(&AccountRef { mode, account })? {
        link.by_key = false;
        changes.accounts.push(Write::changed(link));
    }
    Ok(())
}
