use std::time::Duration;

use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::access::idempotency::IdempotencyKey;
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::licenses::activation::{Device, Fingerprint};
use mintage_domain::model::sellers::audit::ServiceName;
use mintage_domain::ports::{Activations, LicenseFilter};
use mintage_domain::usecase::caller::{Caller, NotAllowed};
use mintage_domain::usecase::licenses::activation::{Activated, ActivationSelector, Heartbeat};
use mintage_domain::usecase::licenses::direct::{
    DirectError, activate, deactivate, heartbeat, list, validate,
};
use mintage_domain::usecase::licenses::issue::{
    IssueCall, IssueError, Issued, NewCustomer, NewLicense, issue,
};
use mintage_domain::usecase::licenses::validate::Reason;
use mintage_testkit::fixtures::email;

use crate::seller::Seller;

fn service(seller: &Seller) -> Caller {
    Caller::service(
        ServiceName::parse("shop").unwrap(),
        seller.tenant().clone(),
        seller.shop.product.id.clone(),
        seller.shop.mode,
    )
}

fn issued(seller: &Seller, caller: &Caller, key: Option<&str>) -> Result<Issued, IssueError> {
    let call = IssueCall {
        caller: caller.clone(),
        product: seller.shop.product.clone(),
        nonce: None,
        repeatable: key.map(|key| {
            let key = IdempotencyKey::parse(key).unwrap();
            (key, SecretHash::of("body"))
        }),
    };
    let new = NewLicense {
        key_type: seller.shop.key_type.id.clone(),
        customer: NewCustomer {
            email: email("ada@example.test"),
            name: None,
            external_id: None,
            metadata: Metadata::default(),
        },
        term: None,
        activation_limit: Some(1),
        notes: None,
        metadata: Metadata::default(),
    };
    issue(&*seller.store, &seller.env(), &call, &new)
}

fn device(name: &str) -> Device {
    Device {
        fingerprint: Fingerprint::parse(name).unwrap(),
        hostname: None,
        os: None,
        metadata: None,
    }
}

#[test]
fn a_service_issues_without_an_api_key_and_repeats_by_idempotency_key() {
    let seller = Seller::new();
    let caller = service(&seller);
    let first = issued(&seller, &caller, Some("order-17")).unwrap();
    let again = issued(&seller, &caller, Some("order-17")).unwrap();
    assert_eq!((first.again, again.again), (false, true));
    assert_eq!(again.license, first.license);
    assert_eq!(seller.audited("license.minted"), 1);
    let reader = caller.with_scope(Scope::ReadOnly);
    let refused = issued(&seller, &reader, None).unwrap_err();
    assert_eq!(refused, IssueError::NotAllowed(NotAllowed));
}

#[test]
fn a_service_validates_and_updates_when_the_device_was_seen() {
    let seller = Seller::new();
    let (store, env, caller) = (&*seller.store, seller.env(), service(&seller));
    let sold = issued(&seller, &caller, None).unwrap();
    let (key, laptop) = (sold.key.expose(), device("laptop"));
    activate(store, &env, &caller, key, &laptop).unwrap();
    let later = seller.shop.env.clock.advance(Duration::from_mins(1));
    let seen = Some(laptop.fingerprint.clone());
    let valid = validate(store, &env, &caller, &key.to_lowercase(), seen).unwrap();
    assert!(valid.is_valid());
    assert_eq!(valid.license.unwrap().record.license.id, sold.license.id);
    let activation = store.activation(&sold.license.id, &laptop.fingerprint);
    assert_eq!(activation.unwrap().unwrap().last_seen, later);
    let unknown = validate(store, &env, &caller, "PIXL-0000-0000-0000-0000", None).unwrap();
    assert_eq!(
        (unknown.license, unknown.reason),
        (None, Some(Reason::NotFound))
    );
}

#[test]
fn a_service_activates_up_to_the_limit_and_deactivates() {
    let seller = Seller::new();
    let (store, env, caller) = (&*seller.store, seller.env(), service(&seller));
    let sold = issued(&seller, &caller, None).unwrap();
    let (key, laptop, phone) = (sold.key.expose(), device("laptop"), device("phone"));
    let is_active = |device: &Device| {
        let activated = activate(store, &env, &caller, key, device).unwrap();
        matches!(activated, Activated::Active(..))
    };
    assert!(is_active(&laptop) && is_active(&laptop));
    assert!(!is_active(&phone));
    let beat = heartbeat(store, &env, &caller, key, &laptop.fingerprint).unwrap();
    assert_eq!(beat, Heartbeat::Seen(env.now()));
    let beat = heartbeat(store, &env, &caller, key, &phone.fingerprint).unwrap();
    assert_eq!(beat, Heartbeat::NotActivated);
    let by_device = ActivationSelector::Fingerprint(laptop.fingerprint.clone());
    assert!(deactivate(store, &env, &caller, key, &by_device).unwrap());
    assert!(!deactivate(store, &env, &caller, key, &by_device).unwrap());
    assert!(is_active(&phone));
}

#[test]
fn each_call_needs_its_permission_and_the_product_of_the_caller() {
    let seller = Seller::new();
    let (store, env, caller) = (&*seller.store, seller.env(), service(&seller));
    let sold = issued(&seller, &caller, None).unwrap();
    let (key, laptop) = (sold.key.expose(), device("laptop"));
    let issuer = caller.clone().with_scope(Scope::IssueOnly);
    let not_allowed = DirectError::NotAllowed(NotAllowed);
    let by_device = ActivationSelector::Fingerprint(laptop.fingerprint.clone());
    for refused in [
        validate(store, &env, &issuer, key, None).unwrap_err(),
        activate(store, &env, &issuer, key, &laptop).unwrap_err(),
        heartbeat(store, &env, &issuer, key, &laptop.fingerprint).unwrap_err(),
        deactivate(store, &env, &issuer, key, &by_device).unwrap_err(),
        list(
            store,
            &issuer,
            LicenseFilter::default(),
            &PageRequest::default(),
        )
        .unwrap_err(),
    ] {
        assert_eq!(refused, not_allowed);
    }
    let player = ProductId::parse("player").unwrap();
    let elsewhere = Caller {
        product: player.clone(),
        ..caller
    };
    let unknown = validate(store, &env, &elsewhere, key, None).unwrap_err();
    assert_eq!(unknown, DirectError::UnknownProduct(player));
}

#[test]
fn a_service_lists_the_licenses_of_its_product_and_mode() {
    let seller = Seller::new();
    let (store, caller) = (&*seller.store, service(&seller));
    let sold = issued(&seller, &caller, None).unwrap();
    let page = PageRequest::default();
    let listed = |filter| list(store, &caller, filter, &page).unwrap().items;
    let own: Vec<_> = listed(LicenseFilter::default());
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].license.id, sold.license.id);
    let elsewhere = LicenseFilter {
        product: ProductId::parse("player").ok(),
        ..LicenseFilter::default()
    };
    assert_eq!(listed(elsewhere), []);
}
