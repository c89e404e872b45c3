//! Issuing: a seller's own backend asks for a license (usekeystack.com/docs/issuing-licenses).
//!
//! One commit uses up the signature, takes one of the plan's licenses, and mints; so a call that
//! is sent twice, to any two nodes, mints once, and a call that is refused uses up nothing.

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::metadata::Metadata;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::KeyTypeId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::access::api_key::ApiKey;
use crate::model::access::idempotency::{IdempotencyId, IdempotencyKey, IdempotencyRecord, TTL};
use crate::model::access::nonce::Nonce;
use crate::model::catalog::product::Product;
use crate::model::licenses::license::{License, Notes};
use crate::model::licenses::term::{Term, TermIsPast};
use crate::model::sales::customer::{Customer, CustomerName, ExternalId};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit, IdempotencyKeys, Licenses, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::mint::{CannotMint, Minted};
use crate::usecase::licenses::transition::{self, mint_into};

/// Why no license was issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The product has no such key type.
    #[error("the product has no such plan")]
    UnknownPlan,
    /// The license would have ended before it began.
    #[error(transparent)]
    TermIsPast(#[from] TermIsPast),
    /// The tenant's plan allows no more licenses.
    #[error("the plan allows {0} active licenses, and there are as many")]
    QuotaExceeded(u32),
    /// The signature was used before.
    #[error("the signature was already used")]
    Replayed,
    /// The caller's key stands for a call with another body.
    #[error("this Idempotency-Key was used with another body")]
    OtherBody,
    /// What the call minted before does not open as a key.
    #[error("the license's key is damaged")]
    DamagedKey,
    /// The product cannot mint.
    #[error(transparent)]
    CannotMint(CannotMint),
    /// It could not be done.
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

/// What a seller asks for. What is `None` is as the key type says.
#[derive(Debug, Clone)]
pub struct NewLicense {
    /// Of which key type.
    pub key_type: KeyTypeId,
    /// Whose it will be.
    pub customer: NewCustomer,
    /// How long it runs.
    pub term: Option<Term>,
    /// On how many devices it may be active, from 1 to [`MAX_ACTIVATIONS`](crate::model::licenses::terms::LicenseTerms::MAX_ACTIVATIONS).
    pub activation_limit: Option<u32>,
    /// What the seller notes about it.
    pub notes: Option<Notes>,
    /// What the seller finds it by.
    pub metadata: Metadata,
}

/// Whom a license is for. A customer of this address that is known already learns what is new.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Who it is.
    pub email: Email,
    /// Their name.
    pub name: Option<CustomerName>,
    /// The seller's own id for them.
    pub external_id: Option<ExternalId>,
    /// Free-form facts.
    pub metadata: Metadata,
}

/// A signed call that was checked.
#[derive(Debug, Clone)]
pub struct IssueCall {
    /// Whose.
    pub api_key: ApiKey,
    /// The product of that key.
    pub product: Product,
    /// Its signature, to be used up.
    pub nonce: Nonce,
    /// What the caller calls it and the hash of its body, if it may be sent again.
    pub repeatable: Option<(IdempotencyKey, SecretHash)>,
}

/// A license that was issued.
#[derive(Debug)]
pub struct Issued {
    /// The license.
    pub license: License,
    /// Its key in the clear, for the one answer that tells it.
    pub key: Secret,
    /// Its customer's address.
    pub email: Email,
    /// Whether an earlier call minted it, and this is its answer again.
    pub again: bool,
}

/// Issues a license, or answers again what an equal call was answered.
pub fn issue(
    store: &(impl Tenants + Catalog + Licenses + IdempotencyKeys + Commit + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    wanted: &NewLicense,
) -> Result<Issued, IssueError> {
    settle(store, |refused| decide(store, env, call, wanted, refused))
}

/// One round of [`issue`], for callers that commit by themselves.
pub fn decide(
    store: &(impl Tenants + Catalog + Licenses + IdempotencyKeys + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    wanted: &NewLicense,
    refused: Option<&Refusal>,
) -> Result<Decision<Issued>, IssueError> {
    if refused.is_some_and(Refusal::is_replay) {
        return Err(IssueError::Replayed);
    }
    let now = env.now();
    let mut changes = env.changes(now);
    changes.nonces.push(call.nonce.clone());
    let id = call.repeatable.as_ref().map(|(key, body)| {
        let id = IdempotencyId {
            tenant: call.api_key.tenant.clone(),
            product: call.api_key.product.clone(),
            mode: call.api_key.mode,
            key: key.clone(),
        };
        (id, *body)
    });
    let mut earlier = None;
    if let Some((id, body)) = &id {
        earlier = store.idempotency_record(id)?;
        if let Some(known) = earlier.as_ref().filter(|known| now < known.expires_at) {
            return again(store, env, known, *body, changes);
        }
    }
    let (minted, email) = mint_new(store, env, call, wanted, refused, &mut changes, now)?;
    if let Some((id, body)) = id {
        changes.idempotency.push(Write::changed(IdempotencyRecord {
            call: id,
            body,
            license: minted.license.id.clone(),
            api_key: call.api_key.id.clone(),
            expires_at: now.plus(TTL),
            version: earlier.map_or(0, |expired| expired.version),
        }));
    }
    let proposed = minted.license.customer.clone();
    let mut issued = Issued {
        license: minted.license,
        key: Secret::new(minted.key.expose()),
        email,
        again: false,
    };
    Ok(Decision::Commit(
        Box::new(changes),
        Box::new(move |receipt| {
            if let Some(effective) = receipt.customers.get(&proposed) {
                issued.license.customer.clone_from(effective);
            }
            issued
        }),
    ))
}

/// The answer of an earlier call; only the signature is used up.
fn again(
    store: &(impl Licenses + ?Sized),
    env: &Env<'_>,
    known: &IdempotencyRecord,
    body: SecretHash,
    changes: Changes,
) -> Result<Decision<Issued>, IssueError> {
    if known.body != body {
        return Err(IssueError::OtherBody);
    }
    let record = store
        .license(&known.call.tenant, &known.license)?
        .ok_or(IssueError::DamagedKey)?;
    let key = env
        .open(
            SealedField::LICENSE_KEY,
            record.license.id.as_str(),
            &record.license.sealed_key,
        )?
        .into_text()
        .ok_or(IssueError::DamagedKey)?;
    let issued = Issued {
        license: record.license,
        key,
        email: record.email,
        again: true,
    };
    Ok(Decision::commit(changes, issued))
}

fn mint_new(
    store: &(impl Tenants + Catalog + ?Sized),
    env: &Env<'_>,
    call: &IssueCall,
    wanted: &NewLicense,
    refused: Option<&Refusal>,
    changes: &mut Changes,
    now: Timestamp,
) -> Result<(Minted, Email), IssueError> {
    let (tenant, product) = (&call.api_key.tenant, &call.api_key.product);
    let key_type = store
        .key_type(tenant, product, &wanted.key_type)?
        .ok_or(IssueError::UnknownPlan)?;
    let seller = store.tenant(tenant)?.ok_or(IssueError::UnknownPlan)?;
    let quota = seller.plan.limits().licenses;
    if let (Some(Refusal::Full(_)), Some(quota)) = (refused, quota) {
        return Err(IssueError::QuotaExceeded(quota));
    }
    let customer = customer(env, call, &wanted.customer, now);
    let (term, activation_limit) = (wanted.term, wanted.activation_limit);
    let terms = key_type.terms.overridden(term, activation_limit);
    let new = transition::NewLicense {
        seller: Some(&seller),
        product: &call.product,
        key_type: &key_type.id,
        terms: &terms,
        customer: &customer,
        unit: None,
        session: None,
        notes: wanted.notes.clone(),
        metadata: wanted.metadata.clone(),
        quota,
        revoked: None,
        actor: Actor::ApiKey(call.api_key.id.clone()),
    };
    let minted = mint_into(changes, env, new, now)?;
    let email = customer.email.clone();
    changes.customers.push(customer);
    Ok((minted, email))
}

fn customer(env: &Env<'_>, call: &IssueCall, wanted: &NewCustomer, now: Timestamp) -> Customer {
    Customer {
        id: CustomerId::new(now, env.random()),
        tenant: call.api_key.tenant.clone(),
        mode: call.api_key.mode,
        email: wanted.email.clone(),
        name: wanted.name.clone(),
        external_id: wanted.external_id.clone(),
        metadata: wanted.metadata.as_map().clone(),
        created_at: now,
    }
}
