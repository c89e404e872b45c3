//! Issuing licenses to a seller's own backend (usekeystack.com/docs/issuing-licenses).
//!
//! One commit consumes the nonce, increments the tenant's license counter, and mints the license.
//! So a call that is sent twice, even to two nodes, mints once, and a refused call consumes nothing.

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::metadata::Metadata;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::access::idempotency::{IdempotencyId, IdempotencyKey, IdempotencyRecord, TTL};
use crate::model::access::nonce::Nonce;
use crate::model::access::scope::Permission;
use crate::model::catalog::product::Product;
use crate::model::licenses::license::{License, Notes};
use crate::model::licenses::term::{Term, TermIsPast};
use crate::model::sales::customer::{Customer, CustomerName, ExternalId};
use crate::model::sellers::tenant::TenantSuspended;
use crate::ports::{Catalog, Commit, IdempotencyKeys, Licenses, Tenants};
use crate::usecase::caller::{Caller, NotAllowed};
use crate::usecase::catalog::offer::{Offer, find_offer};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::mint::{CannotMint, license_key};
use crate::usecase::licenses::transition::{self, mint_into};

/// Why a license was not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The caller may not issue licenses.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The product has no such key type.
    #[error("the product has no such plan")]
    UnknownPlan,
    /// The tenant is suspended.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The product or the key type is archived.
    #[error("the product or the plan is archived")]
    Archived,
    /// The product is deactivated, because the tenant's plan allows fewer products.
    #[error("the product is deactivated, because the plan of the account allows fewer products")]
    Deactivated,
    /// The license would expire before it is minted.
    #[error(transparent)]
    TermIsPast(#[from] TermIsPast),
    /// The tenant's plan allows no more licenses.
    #[error("the plan allows {0} active licenses, and there are as many")]
    QuotaExceeded(u32),
    /// The nonce was used before.
    #[error("the signature was already used")]
    Replayed,
    /// The idempotency key belongs to a call with another body.
    #[error("this Idempotency-Key was used with another body")]
    OtherBody,
    /// The key of the license that the first call issued cannot be read.
    #[error("the license's key is damaged")]
    DamagedKey,
    /// The license could not be minted.
    #[error(transparent)]
    CannotMint(CannotMint),
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(IssueError);

impl From<CannotMint> for IssueError {
    fn from(error: CannotMint) -> Self {
        match error {
            CannotMint::Term(past) => Self::TermIsPast(past),
            other => Self::CannotMint(other),
        }
    }
}

/// The license that a seller requests. The key type provides the values that are `None`.
#[derive(Debug, Clone)]
pub struct NewLicense {
    /// The key type of the license.
    pub key_type: KeyTypeId,
    /// The customer who will hold the license.
    pub customer: NewCustomer,
    /// The term of the license.
    pub term: Option<Term>,
    /// The activation limit, from 1 to
    /// [`MAX_ACTIVATIONS`](crate::model::licenses::terms::LicenseTerms::MAX_ACTIVATIONS).
    pub activation_limit: Option<u32>,
    /// The seller's notes.
    pub notes: Option<Notes>,
    /// The seller's metadata.
    pub metadata: Metadata,
}

/// The customer of a requested license. An existing customer with the same address is merged with
/// these values.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// The address, which identifies the customer.
    pub email: Email,
    /// The customer's name.
    pub name: Option<CustomerName>,
    /// The seller's own id for the customer.
    pub external_id: Option<ExternalId>,
    /// Free-form metadata.
    pub metadata: Metadata,
}

impl NewCustomer {
    /// The customer as the caller's seller would know them, with a new id.
    pub(crate) fn create(&self, env: &Env<'_>, caller: &Caller, now: Timestamp) -> Customer {
        Customer {
            id: CustomerId::new(now, env.random()),
            tenant: caller.tenant.clone(),
            mode: caller.mode,
            email: self.email.clone(),
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            metadata: self.metadata.as_map().clone(),
            created_at: now,
        }
    }
}

/// A call of a caller who was authenticated.
#[derive(Debug, Clone)]
pub struct IssueCall {
    /// Who calls, about which product and mode.
    pub caller: Caller,
    /// The product of the caller.
    pub product: Product,
    /// The nonce of the call, which the commit consumes; `None` if the call is not signed.
    pub nonce: Option<Nonce>,
    /// The idempotency key and the hash of the body; `None` if the call has no idempotency key.
    pub repeatable: Option<(IdempotencyKey, SecretHash)>,
}

/// An issued license.
#[derive(Debug)]
pub struct Issued {
    /// The license.
    pub license: License,
    /// The license key in plain text, for the answer.
    pub key: Secret,
    /// The customer's address.
    pub email: Email,
    /// Whether an earlier call with the same idempotency key issued the license.
    pub again: bool,
}

/// Issues a license, or returns the license that an equal call with the same idempotency key issued.
pub fn issue(
    store: &(impl Tenants + Catalog + Licenses + IdempotencyKeys + Commit + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    wanted: &NewLicense,
) -> Result<Issued, IssueError> {
    settle(store, |refused| match refused {
        None => decide(env, call, &offer(store, call, wanted)?, wanted),
        Some(refusal) => decide_again(store, env, call, wanted, refusal),
    })
}

/// Decides the first attempt of [`issue`], for callers that commit by themselves. Reads nothing: it
/// assumes that the idempotency key is new, and the commit is refused if it is not.
pub fn decide(
    env: &Env<'_>,
    call: &IssueCall,
    offer: &Offer,
    wanted: &NewLicense,
) -> Result<Decision<Issued>, IssueError> {
    mint_new(env, call, offer, wanted, None)
}

/// Decides the next attempt of [`issue`] after a refused commit, by what the store holds now.
pub fn decide_again(
    store: &(impl Tenants + Catalog + Licenses + IdempotencyKeys + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    wanted: &NewLicense,
    refusal: &Refusal,
) -> Result<Decision<Issued>, IssueError> {
    if refusal.is_replay() {
        return Err(IssueError::Replayed);
    }
    let mut expired = None;
    if let Some((id, body)) = idempotency_id(call) {
        let record = store.idempotency_record(&id)?;
        match record {
            Some(record) if env.now() < record.expires_at => {
                return repeat(store, env, call, &record, body);
            }
            other => expired = other,
        }
    }
    let offer = offer(store, call, wanted)?;
    let quota = offer.seller.plan.limits().licenses;
    if let (Refusal::Full { cap, .. }, Some(quota)) = (refusal, quota)
        && i64::from(quota) <= *cap
    {
        return Err(IssueError::QuotaExceeded(quota));
    }
    mint_new(env, call, &offer, wanted, expired)
}

fn offer(
    store: &(impl Tenants + Catalog + ?Sized),
    call: &IssueCall,
    wanted: &NewLicense,
) -> Result<Offer, IssueError> {
    let (tenant, product) = (&call.caller.tenant, &call.caller.product);
    find_offer(store, tenant, product, &wanted.key_type)?.ok_or(IssueError::UnknownPlan)
}

fn idempotency_id(call: &IssueCall) -> Option<(IdempotencyId, SecretHash)> {
    let (key, body) = call.repeatable.as_ref()?;
    let id = IdempotencyId {
        tenant: call.caller.tenant.clone(),
        product: call.caller.product.clone(),
        mode: call.caller.mode,
        key: key.clone(),
    };
    Some((id, *body))
}

/// Repeats the answer of an earlier call. Only the nonce is consumed.
fn repeat(
    store: &(impl Licenses + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    earlier: &IdempotencyRecord,
    body: SecretHash,
) -> Result<Decision<Issued>, IssueError> {
    if earlier.body != body {
        return Err(IssueError::OtherBody);
    }
    let record = store
        .license(&earlier.call.tenant, &earlier.license)?
        .ok_or(IssueError::DamagedKey)?;
    let key = license_key(env, &record.license)?.ok_or(IssueError::DamagedKey)?;
    let issued = Issued {
        license: record.license,
        key,
        email: record.email,
        again: true,
    };
    let mut changes = env.changes(env.now());
    changes.nonces.extend(call.nonce.clone());
    Ok(Decision::commit(changes, issued))
}

/// Mints the license. `expired` is the record of an earlier call with the same idempotency key.
fn mint_new(
    env: &Env<'_>,
    call: &IssueCall,
    offer: &Offer,
    wanted: &NewLicense,
    expired: Option<IdempotencyRecord>,
) -> Result<Decision<Issued>, IssueError> {
    call.caller.check(Permission::Issue)?;
    offer.seller.check_active()?;
    if call.product.archived_at.is_some() || offer.key_type.archived_at.is_some() {
        return Err(IssueError::Archived);
    }
    if !call.product.is_active() {
        return Err(IssueError::Deactivated);
    }
    let now = env.now();
    let mut changes = env.changes(now);
    changes.nonces.extend(call.nonce.clone());
    let customer = wanted.customer.create(env, &call.caller, now);
    let (term, activation_limit) = (wanted.term, wanted.activation_limit);
    let terms = offer.key_type.terms.clone();
    let terms = terms.overridden(term, activation_limit);
    let new = transition::NewLicense {
        seller: Some(&offer.seller),
        product: &call.product,
        key_type: &offer.key_type.id,
        terms: &terms,
        customer: &customer,
        unit: None,
        subscription: None,
        session: None,
        notes: wanted.notes.clone(),
        metadata: wanted.metadata.clone(),
        quota: offer.seller.plan.limits().licenses,
        total: None,
        payment: None,
        renewals: &[],
        actor: call.caller.actor.clone(),
    };
    let minted = mint_into(&mut changes, env, new, now)?;
    if let Some((id, body)) = idempotency_id(call) {
        changes.idempotency.push(Write::changed(IdempotencyRecord {
            call: id,
            body,
            license: minted.license.id.clone(),
            api_key: call.caller.api_key().cloned(),
            expires_at: now.plus(TTL),
            version: expired.map_or(0, |expired| expired.version),
        }));
    }
    let issued = Issued {
        license: minted.license,
        key: Secret::new(minted.key.expose()),
        email: customer.email.clone(),
        again: false,
    };
    changes.customers.push(customer);
    Ok(commit(changes, issued))
}

/// Commits, then answers with the customer that the license has in the store: a known customer with
/// the same address keeps its id.
fn commit(changes: Changes, mut issued: Issued) -> Decision<Issued> {
    let proposed = issued.license.customer.clone();
    Decision::Commit(
        Box::new(changes),
        Box::new(move |receipt| {
            if let Some(effective) = receipt.customers.get(&proposed) {
                issued.license.customer.clone_from(effective);
            }
            issued
        }),
    )
}
