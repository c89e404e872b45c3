//! Revocation and rotation of API keys.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::{ApiKey, Overlap};
use mintage_domain::model::access::call_signature::keystack_signature;
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion, SignsNothing};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::{Permission, Scope};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::ports::ApiKeys;
use mintage_domain::usecase::access::api_key::{
    ApiKeyError, CreatedApiKey, SignatureError, SignedCall, check, create_api_key, revoke_api_key,
    rotate_api_key,
};

use crate::seller::Seller;

const KIND: KeyKind = KeyKind::Signed(Scope::ValidateOnly, SignatureVersion::V1);

fn create(seller: &Seller, kind: KeyKind) -> CreatedApiKey {
    let (store, env, tenant) = (&*seller.store, seller.env(), seller.tenant());
    let (product, what) = (&seller.shop.product.id, (kind, Mode::Sandbox));
    create_api_key(store, &env, tenant, product, Authority::Operator, what).unwrap()
}

/// Creates a sandbox key that may validate; returns its id and its secret.
fn key(seller: &Seller) -> (ApiKeyId, Secret) {
    let created = create(seller, KIND);
    (created.id, created.secret.unwrap())
}

fn read(seller: &Seller, id: &ApiKeyId) -> ApiKey {
    seller.store.api_key(id).unwrap().unwrap()
}

fn revoke(seller: &Seller, id: &ApiKeyId) -> Result<ApiKey, ApiKeyError> {
    let actor = Actor::Operator;
    revoke_api_key(&*seller.store, &seller.env(), seller.tenant(), id, &actor)
}

fn rotate(seller: &Seller, id: &ApiKeyId, seconds: u32) -> Result<(ApiKeyId, Secret), ApiKeyError> {
    let rotated = rotate_to(seller, id, seconds, None)?;
    Ok((rotated.id, rotated.secret.unwrap()))
}

fn rotate_to(
    seller: &Seller,
    id: &ApiKeyId,
    seconds: u32,
    version: Option<SignatureVersion>,
) -> Result<CreatedApiKey, ApiKeyError> {
    let (tenant, by) = (seller.tenant(), Authority::Operator);
    let how = (Overlap::from_seconds(seconds).unwrap(), version);
    rotate_api_key(&*seller.store, &seller.env(), tenant, id, how, by)
}

/// Checks a correctly signed call of a key.
fn called(seller: &Seller, id: &ApiKeyId, secret: &Secret) -> Result<Nonce, SignatureError> {
    let at = seller.shop.now().unix_seconds().to_string();
    let signature = keystack_signature(secret, &at, b"{}");
    let call = SignedCall {
        timestamp: Some(&at),
        nonce: None,
        signature: Some(&signature),
        method: "POST",
        target: "/v1/validate",
        body: b"{}",
    };
    check(
        &seller.env(),
        &read(seller, id),
        &call,
        Permission::Validate,
    )
}

#[test]
fn a_revoked_key_is_refused_from_that_moment_and_revoked_once() {
    let seller = Seller::new();
    let (id, secret) = key(&seller);
    called(&seller, &id, &secret).unwrap();
    let revoked = revoke(&seller, &id).unwrap();
    assert_eq!(revoked.revoked_at, Some(seller.shop.now()));
    assert_eq!(read(&seller, &id), revoked);
    assert_eq!(
        called(&seller, &id, &secret),
        Err(SignatureError::KeyInvalid)
    );
    assert_eq!(revoke(&seller, &id), Err(ApiKeyError::AlreadyRevoked));
    let rotated = rotate(&seller, &id, 60);
    assert_eq!(rotated.unwrap_err(), ApiKeyError::AlreadyRevoked);
    assert_eq!(read(&seller, &id), revoked, "nothing has changed");
    assert_eq!(seller.audited("api-key.revoked"), 1);
    assert_eq!(seller.audited("api-key.rotated"), 0);
}

#[test]
fn a_rotated_key_is_good_beside_its_successor_until_the_overlap_ends() {
    for seconds in [0, 1, 86_400, Overlap::MAX_SECONDS] {
        let seller = Seller::new();
        let (old, old_secret) = key(&seller);
        let (new, new_secret) = rotate(&seller, &old, seconds).unwrap();
        assert_ne!((&new, new_secret.expose()), (&old, old_secret.expose()));
        let (before, after) = (read(&seller, &old), read(&seller, &new));
        assert_eq!(
            (&after.tenant, &after.product, after.kind(), after.mode),
            (&before.tenant, &before.product, before.kind(), before.mode)
        );
        assert_eq!(after.revoked_at, None);

        let end = seller
            .shop
            .now()
            .plus(Duration::from_secs(u64::from(seconds)));
        if seconds > 0 {
            let last = Timestamp::from_micros(end.as_micros() - 1);
            seller.shop.env.clock.set(last);
            called(&seller, &old, &old_secret).unwrap();
        }
        seller.shop.env.clock.set(end);
        let refused = called(&seller, &old, &old_secret);
        assert_eq!(refused, Err(SignatureError::KeyInvalid), "{seconds} s");
        called(&seller, &new, &new_secret).unwrap();
        assert_eq!(seller.audited("api-key.rotated"), 1);
        assert_eq!(seller.audited("api-key.created"), 2);
    }
}

#[test]
fn a_rotation_keeps_the_kind_but_for_another_signature_version() {
    use SignatureVersion::{V1, V2};
    let seller = Seller::new();
    for (was, chosen, is) in [
        (V1, None, V1),
        (V1, Some(V1), V1),
        (V1, Some(V2), V2),
        (V2, None, V2),
        (V2, Some(V1), V1),
    ] {
        let kind = |version| KeyKind::Signed(Scope::IssueOnly, version);
        let old = create(&seller, kind(was)).id;
        let new = rotate_to(&seller, &old, 60, chosen).unwrap();
        assert_eq!(
            read(&seller, &new.id).kind(),
            kind(is),
            "{was:?} {chosen:?}"
        );
        assert_eq!(read(&seller, &old).kind(), kind(was));
    }
}

#[test]
fn a_publishable_key_is_rotated_and_revoked_as_others_are_and_has_no_signature_version() {
    let seller = Seller::new();
    let old = create(&seller, KeyKind::Publishable).id;
    for version in SignatureVersion::ALL {
        let refused = rotate_to(&seller, &old, 60, Some(version)).unwrap_err();
        assert_eq!(refused, ApiKeyError::SignsNothing(SignsNothing));
    }
    assert_eq!(read(&seller, &old).revoked_at, None, "nothing has changed");
    let new = rotate_to(&seller, &old, 60, None).unwrap();
    assert!(new.id.as_str().starts_with("pub_test_") && new.secret.is_none());
    assert_eq!(read(&seller, &new.id).kind(), KeyKind::Publishable);
    let end = seller.shop.now().plus(Duration::from_mins(1));
    assert_eq!(read(&seller, &old).revoked_at, Some(end));
    assert_eq!(revoke(&seller, &old), Ok(read(&seller, &old)));
    assert!(!read(&seller, &old).is_good(seller.shop.now()));
    assert_eq!(revoke(&seller, &old), Err(ApiKeyError::AlreadyRevoked));
    assert_eq!(seller.audited("api-key.revoked"), 1);
}

#[test]
fn a_key_in_its_overlap_can_be_revoked_at_once_but_not_rotated_again() {
    let seller = Seller::new();
    let (old, secret) = key(&seller);
    let (new, _) = rotate(&seller, &old, 3_600).unwrap();
    let again = rotate(&seller, &old, Overlap::MAX_SECONDS);
    assert_eq!(again.unwrap_err(), ApiKeyError::AlreadyRotated);
    called(&seller, &old, &secret).unwrap();
    let revoked = revoke(&seller, &old).unwrap();
    assert_eq!(revoked.revoked_at, Some(seller.shop.now()));
    assert_eq!(
        called(&seller, &old, &secret),
        Err(SignatureError::KeyInvalid)
    );
    assert_eq!(read(&seller, &new).revoked_at, None);
    rotate(&seller, &new, 0).unwrap();
}

#[test]
fn a_key_of_another_tenant_and_one_that_never_was_are_not_found() {
    let seller = Seller::new();
    let other = Seller::beside(&seller.store, &seller.stripe, "other");
    let (theirs, _) = key(&other);
    let before = read(&other, &theirs);
    for id in [theirs.clone(), ApiKeyId::of(Mode::Live, [7; 12])] {
        assert_eq!(revoke(&seller, &id), Err(ApiKeyError::NotFound));
        let rotated = rotate(&seller, &id, 60);
        assert_eq!(rotated.unwrap_err(), ApiKeyError::NotFound);
    }
    assert_eq!(read(&other, &theirs), before);
}

#[test]
fn of_many_rotations_at_once_one_creates_a_key() {
    const TIMES: usize = 8;
    let seller = Seller::new();
    let (old, _) = key(&seller);
    let start = Barrier::new(TIMES);
    let created: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..TIMES)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    rotate(&seller, &old, 60)
                })
            })
            .collect();
        workers.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(created.iter().filter(|it| it.is_ok()).count(), 1);
    for refused in created.into_iter().filter_map(Result::err) {
        assert_eq!(refused, ApiKeyError::AlreadyRotated);
    }
    let (store, page) = (&*seller.store, PageRequest::default());
    let keys = store.api_keys(seller.tenant(), None, &page).unwrap();
    assert_eq!(keys.items.len(), 2);
}
