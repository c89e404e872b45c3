//! Checking an API key on every call.

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

/// A signed call, as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct SignedCall<'a> {
    /// `X-KeyStack-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-KeyStack-Nonce`, of version 2.
    pub nonce: Option<&'a str>,
    /// `X-KeyStack-Signature`.
    pub signature: Option<&'a str>,
    /// The method.
    pub method: &'a str,
    /// The path and the query, as they were requested.
    pub target: &'a str,
    /// The raw body.
    pub body: &'a [u8],
}

/// Why a signed call was refused (usekeystack.com/docs/issuing-licenses, error codes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key is missing, unknown or revoked.
    #[error("the API key was not recognised")]
    KeyInvalid,
    /// The signature is missing or does not match, or its nonce is missing or malformed.
    #[error("the signature did not match")]
    SignatureInvalid,
    /// The timestamp is missing, unreadable or too far off, or the signature or its nonce was used
    /// before.
    #[error("the signature was already used or the timestamp is too old")]
    TimestampReplay,
    /// The key may not make this call.
    #[error("the API key's scope does not allow this call")]
    ScopeInsufficient,
    /// It could not be checked.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(SignatureError);

/// How far a timestamp may be off, either way.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// For how long a signature or its nonce is remembered: longer than any timestamp stays good.
pub const REMEMBERED: Duration = Duration::from_mins(10);

/// The API key a caller presents, looked up for [`check`].
pub fn find(
    store: &(impl ApiKeys + ?Sized),
    presented: Option<&str>,
) -> Result<ApiKey, SignatureError> {
    let id = presented
        .and_then(|text| ApiKeyId::parse(text).ok())
        .ok_or(SignatureError::KeyInvalid)?;
    store.api_key(&id)?.ok_or(SignatureError::KeyInvalid)
}

/// Checks a call that must be signed, and returns the nonce that makes the signature good for one
/// use only: whoever acts on the call uses it up. A publishable key signs nothing, and so may not
/// make it.
pub fn check(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<Nonce, SignatureError> {
    let now = env.now();
    if !key.is_good(now) {
        return Err(SignatureError::KeyInvalid);
    }
    let Credential::Signed(signing) = &key.credential else {
        return Err(SignatureError::ScopeInsufficient);
    };
    let signature = call.signature.ok_or(SignatureError::SignatureInvalid)?;
    let timestamp = timely(call, now)?;
    let secret = open(env, key, signing)?;
    let mark = match signing.version {
        SignatureVersion::V1 => {
            let signed = call_signature::verify_keystack(&secret, timestamp, call.body, signature);
            // Hex in either case is one signature.
            signed.then(|| sha256(signature.to_ascii_lowercase().as_bytes()))
        }
        SignatureVersion::V2 => second_version(call, &secret, timestamp, signature),
    };
    let mark = mark.ok_or(SignatureError::SignatureInvalid)?;
    if !signing.scope.allows(permission) {
        return Err(SignatureError::ScopeInsufficient);
    }
    Ok(Nonce {
        key: key.id.clone(),
        signature: mark,
        expires_at: now.plus(REMEMBERED),
    })
}

/// Checks a call that a publishable key may make too if its kind allows it: then nothing is
/// signed, and there is nothing to use up.
pub fn check_publishable_or_signed(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<Option<Nonce>, SignatureError> {
    let open = key.credential == Credential::Publishable && key.kind().allows(permission);
    if open && key.is_good(env.now()) {
        return Ok(None);
    }
    check(env, key, call, permission).map(Some)
}

/// One round of using a nonce up, for a call that changes nothing else.
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

/// The timestamp of a call, if it is near enough to `now`.
fn timely<'a>(call: &SignedCall<'a>, now: Timestamp) -> Result<&'a str, SignatureError> {
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

/// What is remembered of a call that is signed as version 2 wants it.
fn second_version(
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
