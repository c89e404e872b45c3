//! Keys that sign by version 2, and publishable keys.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::call_signature::{CallNonce, CallText, keystack_signature};
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::{Permission, Scope};
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::ports::ApiKeys;
use mintage_domain::usecase::access::api_key::{
    NONCE_TTL, SignatureError, SignedCall, check, check_head, check_publishable_or_signed,
    check_publishable_or_signed_head, create_api_key,
};

use crate::seller::Seller;

const BODY: &[u8] = br#"{"key":"PIXL-1","fingerprint":"a"}"#;
const NONCE: &str = "aB3_-aB3_-aB3_-1";

fn create(seller: &Seller, kind: KeyKind) -> (ApiKey, Option<Secret>) {
    let (store, env, product) = (&*seller.store, seller.env(), &seller.shop.product.id);
    let (by, what) = (Authority::Operator, (kind, Mode::Live));
    let created = create_api_key(store, &env, seller.tenant(), product, by, what).unwrap();
    (store.api_key(&created.id).unwrap().unwrap(), created.secret)
}

/// Creates a key that may validate and signs by version 2; returns the key and its secret.
fn second(seller: &Seller) -> (ApiKey, Secret) {
    let kind = KeyKind::Signed(Scope::ValidateOnly, SignatureVersion::V2);
    let (key, secret) = create(seller, kind);
    (key, secret.unwrap())
}

/// The headers and the body of a correctly signed call of version 2.
struct Call {
    timestamp: String,
    nonce: String,
    target: &'static str,
    signature: String,
}

impl Call {
    fn to(seller: &Seller, secret: &Secret, target: &'static str, nonce: &str) -> Self {
        let timestamp = seller.shop.now().unix_seconds().to_string();
        let text = CallText {
            timestamp: &timestamp,
            nonce: &CallNonce::parse(nonce).unwrap(),
            method: "POST",
            target,
            body: BODY,
        };
        Self {
            signature: text.signature(secret),
            timestamp,
            nonce: nonce.to_owned(),
            target,
        }
    }

    fn as_sent(&self) -> SignedCall<'_> {
        SignedCall {
            timestamp: Some(&self.timestamp),
            nonce: Some(&self.nonce),
            signature: Some(&self.signature),
            method: "POST",
            target: self.target,
            body: BODY,
        }
    }
}

fn checked(seller: &Seller, key: &ApiKey, call: &SignedCall<'_>) -> Result<Nonce, SignatureError> {
    check(&seller.env(), key, call, Permission::ManageActivations)
}

#[test]
fn equal_calls_with_two_nonces_are_two_and_with_one_nonce_are_one_however_signed() {
    let seller = Seller::new();
    let (key, secret) = second(&seller);
    let of = |target, nonce: &str| {
        let call = Call::to(&seller, &secret, target, nonce);
        checked(&seller, &key, &call.as_sent()).unwrap()
    };
    let first = of("/v1/heartbeat", NONCE);
    assert_eq!(first.key, key.id);
    assert_eq!(first.expires_at, seller.shop.now().plus(NONCE_TTL));
    assert_ne!(of("/v1/heartbeat", "aB3_-aB3_-aB3_-2"), first);
    assert_eq!(of("/v1/deactivate", NONCE), first, "the nonce is used up");
    let mut upper = Call::to(&seller, &secret, "/v1/heartbeat", NONCE);
    upper.signature = format!("v2={}", upper.signature[3..].to_uppercase());
    assert_eq!(checked(&seller, &key, &upper.as_sent()), Ok(first));
}

#[test]
fn a_call_is_good_for_the_route_it_was_signed_for_alone() {
    let seller = Seller::new();
    let (key, secret) = second(&seller);
    let call = Call::to(&seller, &secret, "/v1/heartbeat", NONCE);
    let good = call.as_sent();
    checked(&seller, &key, &good).unwrap();
    for captured in [
        SignedCall {
            target: "/v1/deactivate",
            ..good
        },
        SignedCall {
            target: "/v1/heartbeat?",
            ..good
        },
        SignedCall {
            method: "PUT",
            ..good
        },
        SignedCall {
            body: b"{}",
            ..good
        },
    ] {
        let answer = checked(&seller, &key, &captured);
        assert_eq!(
            answer,
            Err(SignatureError::SignatureInvalid),
            "{captured:?}"
        );
    }
}

#[test]
fn every_flaw_of_a_call_of_version_2_has_its_refusal_in_the_order_of_version_1() {
    use SignatureError::{ScopeInsufficient, SignatureInvalid, TimestampReplay};
    let seller = Seller::new();
    let (key, secret) = second(&seller);
    let call = Call::to(&seller, &secret, "/v1/issue", NONCE);
    let good = call.as_sent();
    let other = "aB3_-aB3_-aB3_-2";
    for (flawed, error) in [
        (
            SignedCall {
                signature: None,
                timestamp: None,
                ..good
            },
            SignatureInvalid,
        ),
        (
            SignedCall {
                timestamp: None,
                nonce: None,
                ..good
            },
            TimestampReplay,
        ),
        (
            SignedCall {
                timestamp: Some("0"),
                nonce: Some("short"),
                ..good
            },
            TimestampReplay,
        ),
        (
            SignedCall {
                nonce: None,
                ..good
            },
            SignatureInvalid,
        ),
        (
            SignedCall {
                nonce: Some("short"),
                ..good
            },
            SignatureInvalid,
        ),
        (
            SignedCall {
                nonce: Some(other),
                ..good
            },
            SignatureInvalid,
        ),
        (good, ScopeInsufficient),
    ] {
        let answer = check(&seller.env(), &key, &flawed, Permission::Issue);
        assert_eq!(answer, Err(error), "{flawed:?}");
    }
}

#[test]
fn a_key_of_one_version_takes_no_signature_of_the_other() {
    let seller = Seller::new();
    let at = seller.shop.now().unix_seconds().to_string();
    for version in SignatureVersion::ALL {
        let kind = KeyKind::Signed(Scope::Full, version);
        let (key, secret) = create(&seller, kind);
        let secret = secret.unwrap();
        let call = Call::to(&seller, &secret, "/v1/validate", NONCE);
        let second = call.as_sent();
        let hex = keystack_signature(&secret, &at, BODY);
        let first = SignedCall {
            signature: Some(&hex),
            ..second
        };
        for (of, call) in [
            (SignatureVersion::V1, first),
            (SignatureVersion::V2, second),
        ] {
            let answer = checked(&seller, &key, &call);
            let refusal = (of != version).then_some(SignatureError::SignatureInvalid);
            assert_eq!(answer.err(), refusal, "{of:?} with a key of {version:?}");
        }
    }
}

/// Checks a call that has neither a timestamp nor a signature.
fn check_unsigned(
    seller: &Seller,
    key: &ApiKey,
    permission: Permission,
) -> Result<Option<Nonce>, SignatureError> {
    let nothing = SignedCall {
        timestamp: None,
        nonce: None,
        signature: None,
        method: "POST",
        target: "/v1/validate",
        body: BODY,
    };
    check_publishable_or_signed(&seller.env(), key, &nothing, permission)
}

#[test]
fn a_publishable_key_has_no_secret_and_makes_the_calls_of_a_device_unsigned() {
    use Permission::{Activate, Issue, ManageActivations, ManageDevice, Read, Validate};
    let seller = Seller::new();
    let (key, secret) = create(&seller, KeyKind::Publishable);
    assert!(key.id.as_str().starts_with("pub_live_") && secret.is_none());
    for allowed in [Validate, Activate, ManageDevice] {
        assert_eq!(
            check_unsigned(&seller, &key, allowed),
            Ok(None),
            "{allowed:?}"
        );
    }
    for refused in [Issue, ManageActivations, Read] {
        let answer = check_unsigned(&seller, &key, refused);
        assert_eq!(
            answer,
            Err(SignatureError::ScopeInsufficient),
            "{refused:?}"
        );
    }
}

#[test]
fn where_a_signature_is_a_must_a_publishable_key_is_refused_whatever_it_sends() {
    let seller = Seller::new();
    let (key, _) = create(&seller, KeyKind::Publishable);
    let call = Call::to(&seller, &Secret::new("aks_made_up"), "/v1/validate", NONCE);
    for permission in [Permission::Validate, Permission::Issue] {
        let answer = check(&seller.env(), &key, &call.as_sent(), permission);
        assert_eq!(answer, Err(SignatureError::ScopeInsufficient));
    }
}

#[test]
fn a_publishable_key_that_has_ended_is_refused() {
    let seller = Seller::new();
    let (mut key, _) = create(&seller, KeyKind::Publishable);
    let now = seller.shop.now();
    key.revoked_at = Some(now);
    for permission in [Permission::Validate, Permission::Issue] {
        let answer = check_unsigned(&seller, &key, permission);
        assert_eq!(answer, Err(SignatureError::KeyInvalid));
    }
    key.revoked_at = Some(Timestamp::from_micros(now.as_micros() + 1));
    assert_eq!(
        check_unsigned(&seller, &key, Permission::Validate),
        Ok(None)
    );
}

#[test]
fn a_key_that_signs_must_sign_where_a_publishable_one_need_not() {
    let seller = Seller::new();
    let (key, secret) = second(&seller);
    let unsigned = check_unsigned(&seller, &key, Permission::Validate);
    assert_eq!(unsigned, Err(SignatureError::SignatureInvalid));
    let call = Call::to(&seller, &secret, "/v1/validate", NONCE);
    let (env, call) = (seller.env(), call.as_sent());
    let signed = check_publishable_or_signed(&env, &key, &call, Permission::Validate);
    assert_eq!(signed.unwrap(), checked(&seller, &key, &call).ok());
}

#[test]
fn the_headers_alone_show_a_bad_key_a_missing_signature_and_an_old_timestamp() {
    let seller = Seller::new();
    let (key, secret) = second(&seller);
    let (public, _) = create(&seller, KeyKind::Publishable);
    let mut revoked = key.clone();
    revoked.revoked_at = Some(seller.shop.now());
    let call = Call::to(&seller, &secret, "/v1/validate", NONCE);
    let good = SignedCall {
        body: b"",
        ..call.as_sent()
    };
    let old = (seller.shop.now().unix_seconds() - 301).to_string();
    let (unsigned, untimed, stale) = (
        SignedCall {
            signature: None,
            ..good
        },
        SignedCall {
            timestamp: None,
            ..good
        },
        SignedCall {
            timestamp: Some(&old),
            ..good
        },
    );
    let env = seller.env();
    for (key, call, expected) in [
        (&key, &good, Ok(())),
        (&revoked, &good, Err(SignatureError::KeyInvalid)),
        (&key, &unsigned, Err(SignatureError::SignatureInvalid)),
        (&key, &untimed, Err(SignatureError::TimestampReplay)),
        (&key, &stale, Err(SignatureError::TimestampReplay)),
    ] {
        assert_eq!(check_head(&env, key, call), expected, "{call:?}");
        let either = check_publishable_or_signed_head(&env, key, call, Permission::Validate);
        assert_eq!(either, expected, "{call:?}");
    }
    let scope = Err(SignatureError::ScopeInsufficient);
    assert_eq!(check_head(&env, &public, &good), scope);
    for (permission, expected) in [(Permission::Validate, Ok(())), (Permission::Issue, scope)] {
        let head = check_publishable_or_signed_head(&env, &public, &unsigned, permission);
        assert_eq!(head, expected, "{permission:?}");
    }
}
