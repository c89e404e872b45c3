use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::secret::Secret;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::{ApiKey, Overlap};
use mintage_domain::model::access::call_signature::keystack_signature;
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::{Permission, Scope};
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::ApiKeys;
use mintage_domain::usecase::access::api_key::{
    ApiKeyError, NONCE_TTL, SignatureError, SignedCall, TOLERANCE, check, create_api_key, find,
    rotate_api_key,
};
use mintage_domain::usecase::failure::Failure;

use crate::seller::Seller;

const BODY: &[u8] = br#"{"licenseKey":"PIXL-1"}"#;

/// Creates a key of the seller's product that signs by version 1; returns the key and its secret.
fn key(seller: &Seller, scope: Scope) -> (ApiKey, Secret) {
    let (store, env, product) = (&*seller.store, seller.env(), &seller.shop.product.id);
    let what = (KeyKind::Signed(scope, SignatureVersion::V1), Mode::Live);
    let by = Authority::Operator;
    let created = create_api_key(store, &env, seller.tenant(), product, by, what).unwrap();
    let key = store.api_key(&created.id).unwrap().unwrap();
    (key, created.secret.unwrap())
}

fn call<'a>(timestamp: Option<&'a str>, signature: Option<&'a str>) -> SignedCall<'a> {
    SignedCall {
        timestamp,
        nonce: None,
        signature,
        method: "POST",
        target: "/v1/validate",
        body: BODY,
    }
}

/// Checks a call of `key`; `None` leaves a header out.
fn checked(
    seller: &Seller,
    key: &ApiKey,
    (timestamp, signature): (Option<&str>, Option<&str>),
    permission: Permission,
) -> Result<Nonce, SignatureError> {
    check(&seller.env(), key, &call(timestamp, signature), permission)
}

fn seconds(at: Timestamp) -> String {
    at.unix_seconds().to_string()
}

#[test]
fn a_key_is_created_for_a_product_and_found_by_its_public_half() {
    let seller = Seller::new();
    let (key, secret) = key(&seller, Scope::IssueOnly);
    assert!(key.id.as_str().starts_with("ak_live_") && secret.expose().starts_with("aks_"));
    let kind = KeyKind::Signed(Scope::IssueOnly, SignatureVersion::V1);
    assert_eq!((key.kind(), key.mode), (kind, Mode::Live));
    assert_eq!(find(&*seller.store, Some(key.id.as_str())), Ok(key));
    for unknown in [None, Some(""), Some("ak_live_0000"), Some(secret.expose())] {
        let found = find(&*seller.store, unknown);
        assert_eq!(found, Err(SignatureError::KeyInvalid), "{unknown:?}");
    }
    let other = ProductId::parse("other").unwrap();
    let (store, env, what) = (&*seller.store, seller.env(), (kind, Mode::Live));
    let created = create_api_key(
        store,
        &env,
        seller.tenant(),
        &other,
        Authority::Operator,
        what,
    );
    assert_eq!(created.unwrap_err(), ApiKeyError::NotFound);
}

#[test]
fn a_token_creates_and_rotates_only_keys_that_may_do_no_more_than_itself() {
    use TokenScope::{ApiKeysWrite, LicensesRead, LicensesWrite};
    let seller = Seller::new();
    let (store, env, product) = (&*seller.store, seller.env(), &seller.shop.product.id);
    let full = KeyKind::parse("FULL").unwrap();
    let (old, _) = key(&seller, Scope::Full);
    for (scopes, lacking) in [
        (&[ApiKeysWrite][..], Some(LicensesRead)),
        (&[ApiKeysWrite, LicensesRead], Some(LicensesWrite)),
        (&[LicensesRead, LicensesWrite], None),
    ] {
        let token = ManagementToken {
            scopes: scopes.iter().copied().collect(),
            ..seller.shop.management_token()
        };
        let by = Authority::Token(&token);
        let what = (full, Mode::Live);
        let created = create_api_key(store, &env, seller.tenant(), product, by, what);
        let refusal = lacking.map(ApiKeyError::LacksScope);
        assert_eq!(created.err(), refusal, "{scopes:?}");
        let how = (Overlap::default(), None);
        let rotated = rotate_api_key(store, &env, seller.tenant(), &old.id, how, by);
        assert_eq!(rotated.err(), refusal, "{scopes:?}");
    }
}

#[test]
fn a_good_signature_is_good_for_one_nonce_whatever_its_case() {
    let seller = Seller::new();
    let (key, secret) = key(&seller, Scope::Full);
    let at = seconds(seller.shop.now());
    let signature = keystack_signature(&secret, &at, BODY);
    let nonce = |signature: &str| {
        let call = (Some(at.as_str()), Some(signature));
        checked(&seller, &key, call, Permission::Read)
    };
    let first = nonce(&signature).unwrap();
    assert_eq!(first.key, key.id);
    assert_eq!(first.expires_at, seller.shop.now().plus(NONCE_TTL));
    assert_eq!(nonce(&signature.to_uppercase()), Ok(first));
}

#[test]
fn a_timestamp_is_good_within_five_minutes_either_way() {
    let seller = Seller::new();
    let (key, secret) = key(&seller, Scope::Full);
    let signed_at = seller.shop.now();
    let at = seconds(signed_at);
    let signature = keystack_signature(&secret, &at, BODY);
    let second = Duration::from_secs(1);
    let past = |by| Timestamp::from_micros(signed_at.as_micros() - i64::try_from(by).unwrap());
    for (now, good) in [
        (signed_at.plus(TOLERANCE), true),
        (signed_at.plus(TOLERANCE + second), false),
        (past(TOLERANCE.as_micros()), true),
        (past((TOLERANCE + second).as_micros()), false),
    ] {
        seller.shop.env.clock.set(now);
        let call = (Some(at.as_str()), Some(signature.as_str()));
        let answer = checked(&seller, &key, call, Permission::Read);
        let refusal = (!good).then_some(SignatureError::TimestampReplay);
        assert_eq!(answer.err(), refusal, "{now}");
    }
}

#[test]
fn every_flaw_of_a_call_has_its_own_refusal() {
    use SignatureError::{ScopeInsufficient, SignatureInvalid, TimestampReplay};
    let seller = Seller::new();
    let (key, secret) = key(&seller, Scope::ValidateOnly);
    let at = seconds(seller.shop.now());
    let good = keystack_signature(&secret, &at, BODY);
    let of_another_body = keystack_signature(&secret, &at, b"{}");
    let of_another_key = keystack_signature(&Secret::new("aks_other"), &at, BODY);
    let later = seconds(seller.shop.now().plus(Duration::from_secs(1)));
    for (timestamp, signature, error) in [
        (Some(&*at), None, SignatureInvalid),
        (None, Some(&*good), TimestampReplay),
        (Some("yesterday"), Some(&*good), TimestampReplay),
        (Some("-1"), Some(&*good), TimestampReplay),
        (Some("0"), Some(&*good), TimestampReplay),
        (Some(&*later), Some(&*good), SignatureInvalid),
        (Some(&*at), Some(&*of_another_body), SignatureInvalid),
        (Some(&*at), Some(&*of_another_key), SignatureInvalid),
        (Some(&*at), Some("not hex"), SignatureInvalid),
        (Some(&*at), Some(&*good), ScopeInsufficient),
    ] {
        let answer = checked(&seller, &key, (timestamp, signature), Permission::Issue);
        assert_eq!(answer, Err(error), "{timestamp:?} {signature:?}");
    }
}

#[test]
fn a_revoked_key_is_refused_before_all_else() {
    let seller = Seller::new();
    let (mut key, _) = key(&seller, Scope::Full);
    key.revoked_at = Some(seller.shop.now());
    let answer = checked(&seller, &key, (None, None), Permission::Issue);
    assert_eq!(answer, Err(SignatureError::KeyInvalid));
}

#[test]
fn a_secret_that_does_not_open_is_our_failure_and_not_the_callers() {
    let seller = Seller::new();
    let (key, secret) = key(&seller, Scope::Full);
    let at = seconds(seller.shop.now());
    let signature = keystack_signature(&secret, &at, BODY);
    let call = call(Some(&at), Some(&signature));
    let other = MasterKey::parse(&format!("other:{}", "0b".repeat(32))).unwrap();
    let keys = KeyRing::new(other, Vec::new()).unwrap();
    let mut env = seller.env();
    env.keys = &keys;
    let answer = check(&env, &key, &call, Permission::Read);
    assert!(
        matches!(answer, Err(SignatureError::Failure(Failure::Sealed(_)))),
        "{answer:?}"
    );
}
