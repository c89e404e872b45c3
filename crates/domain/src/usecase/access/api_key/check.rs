//! Checking the API key and the signature of a call.

use std::time::Duration;

use crate::base::id::ApiKeyId;
use crate::base::secret::{Secret, sha256};
use crate::base::time::Timestamp;
use crate::commit::guards::Refusal;
use crate::model::access::api_key::ApiKey;
use crate::model::access::call_signature::{self, CallNonce, CallText};
use crate::model::access::credential::{Credential, SignatureVersion, Signing};
use crate::model::access::nonce::Nonce;
use crate::model::access::scope::Permission;
use crate::ports::ApiKeys;
use crate::usecase::commit_loop::Decision;
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// The received call.
#[derive(Debug, Clone, Copy)]
pub struct SignedCall<'a> {
    /// The value of `X-KeyStack-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// The value of `X-KeyStack-Nonce`, which version 2 requires.
    pub nonce: Option<&'a str>,
    /// The value of `X-KeyStack-Signature`.
    pub signature: Option<&'a str>,
    /// The HTTP method.
    pub method: &'a str,
    /// The path and the query of the request.
    pub target: &'a str,
    /// The raw body.
    pub body: &'a [u8],
}

/// Why a call was refused (error codes of usekeystack.com/docs/issuing-licenses).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key is missing, unknown or revoked.
    #[error("the API key was not recognised")]
    KeyInvalid,
    /// The signature is missing or does not match, or the nonce is missing or malformed.
    #[error("the signature did not match")]
    SignatureInvalid,
    /// The timestamp is missing, malformed or too far from now, or the signature or nonce was used
    /// before.
    #[error("the signature was already used or the timestamp is too old")]
    TimestampReplay,
    /// The key's scope does not include this call.
    #[error("the API key's scope does not allow this call")]
    ScopeInsufficient,
    /// The store failed, or the key's secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(SignatureError);

/// The largest accepted difference between a timestamp and now, either way.
pub const TOLERANCE: Duration = call_signature::KEYSTACK_TOLERANCE;

/// How long a nonce is stored: longer than any timestamp is accepted.
pub const NONCE_TTL: Duration = Duration::from_mins(10);

/// Looks up the API key that a caller sent, for [`check`].
pub fn find(
    store: &(impl ApiKeys + ?Sized),
    presented: Option<&str>,
) -> Result<ApiKey, SignatureError> {
    let id = presented
        .and_then(|text| ApiKeyId::parse(text).ok())
        .ok_or(SignatureError::KeyInvalid)?;
    store.api_key(&id)?.ok_or(SignatureError::KeyInvalid)
}

/// Checks what the headers of a call that must be signed show, for [`check`] once the body is read.
pub fn check_head(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
) -> Result<(), SignatureError> {
    head(key, call, env.now()).map(drop)
}

/// Checks what the headers of a call show that publishable keys may make too, for
/// [`check_publishable_or_signed`] once the body is read.
pub fn check_publishable_or_signed_head(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<(), SignatureError> {
    if is_enough_unsigned(env, key, permission) {
        return Ok(());
    }
    check_head(env, key, call)
}

/// Checks a call that must be signed, so that publishable keys are refused. The caller must consume
/// the returned nonce together with the effects of the call, so that the signature is accepted once.
pub fn check(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<Nonce, SignatureError> {
    let now = env.now();
    let Head {
        signing,
        timestamp,
        signature,
    } = head(key, call, now)?;
    let secret = open(env, key, signing)?;
    let mark = match signing.version {
        SignatureVersion::V1 => {
            let signed = call_signature::verify_keystack(&secret, timestamp, call.body, signature);
            // Upper and lower case hex are the same signature.
            signed.then(|| sha256(signature.to_ascii_lowercase().as_bytes()))
        }
        SignatureVersion::V2 => verify_v2(call, &secret, timestamp, signature),
    };
    let mark = mark.ok_or(SignatureError::SignatureInvalid)?;
    if !signing.scope.allows(permission) {
        return Err(SignatureError::ScopeInsufficient);
    }
    Ok(Nonce {
        key: key.id.clone(),
        signature: mark,
        expires_at: now.plus(NONCE_TTL),
    })
}

/// Checks a call that publishable keys may make too. A call with a publishable key is not signed,
/// so no nonce is returned.
pub fn check_publishable_or_signed(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<Option<Nonce>, SignatureError> {
    if is_enough_unsigned(env, key, permission) {
        return Ok(None);
    }
    check(env, key, call, permission).map(Some)
}

/// Whether the key alone, without a signature, allows a call.
fn is_enough_unsigned(env: &Env<'_>, key: &ApiKey, permission: Permission) -> bool {
    let is_public = key.credential == Credential::Publishable;
    is_public && key.kind().allows(permission) && key.is_good(env.now())
}

/// Checks a permission that only the body of a call reveals to be required.
pub fn check_permission(key: &ApiKey, permission: Permission) -> Result<(), SignatureError> {
    if key.kind().allows(permission) {
        return Ok(());
    }
    Err(SignatureError::ScopeInsufficient)
}

/// Decides one attempt to consume a nonce, for a call that changes nothing else.
pub fn use_up(
    env: &Env<'_>,
    nonce: &Nonce,
    refused: Option<&Refusal>,
) -> Result<Decision<()>, SignatureError> {
    if refused.is_some_and(Refusal::is_replay) {
        return Err(SignatureError::TimestampReplay);
    }
    let mut changes = env.changes(env.now());
    changes.nonces.push(nonce.clone());
    Ok(Decision::commit(changes, ()))
}

/// What a signature is checked with, beside the body.
struct Head<'a> {
    signing: &'a Signing,
    timestamp: &'a str,
    signature: &'a str,
}

fn head<'a>(
    key: &'a ApiKey,
    call: &SignedCall<'a>,
    now: Timestamp,
) -> Result<Head<'a>, SignatureError> {
    if !key.is_good(now) {
        return Err(SignatureError::KeyInvalid);
    }
    let Credential::Signed(signing) = &key.credential else {
        return Err(SignatureError::ScopeInsufficient);
    };
    let signature = call.signature.ok_or(SignatureError::SignatureInvalid)?;
    Ok(Head {
        signing,
        timestamp: fresh_timestamp(call, now)?,
        signature,
    })
}

/// The timestamp of a call, if it is within the tolerance.
fn fresh_timestamp<'a>(call: &SignedCall<'a>, now: Timestamp) -> Result<&'a str, SignatureError> {
    let timestamp = call.timestamp.ok_or(SignatureError::TimestampReplay)?;
    call_signature::parse_keystack_timestamp(timestamp)
        .filter(|at| call_signature::within_tolerance(*at, now, TOLERANCE))
        .map(|_| timestamp)
        .ok_or(SignatureError::TimestampReplay)
}

fn open(env: &Env<'_>, key: &ApiKey, signing: &Signing) -> Result<Secret, SignatureError> {
    let (field, id) = (SealedField::API_KEY_SECRET, key.id.as_str());
    let opened = env.open(field, id, &signing.sealed_secret)?;
    opened.into_text().ok_or(SignatureError::KeyInvalid)
}

/// The bytes to store of a call's nonce, if its signature of version 2 matches.
fn verify_v2(
    call: &SignedCall<'_>,
    secret: &Secret,
    timestamp: &str,
    signature: &str,
) -> Option<[u8; 32]> {
    let nonce = CallNonce::parse(call.nonce?).ok()?;
    let text = CallText {
        timestamp,
        nonce: &nonce,
        method: call.method,
        target: call.target,
        body: call.body,
    };
    text.is_signed(secret, signature).then(|| nonce.mark())
}
