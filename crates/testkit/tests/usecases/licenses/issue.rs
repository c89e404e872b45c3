use std::time::Duration;

use mintage_domain::base::id::{ApiKeyId, CustomerId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::IdempotencyKey;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::tenant::{Plan, Tenant};
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::ports::{Commit, Customers, Housekeeping, Licenses};
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::licenses::issue::{
    IssueCall, IssueError, Issued, NewCustomer, NewLicense, issue,
};
use mintage_testkit::fixtures::{email, text};
use serde_json::json;

use crate::seller::{Seller, paid, refunded};

/// Creates a seller with an API key of their mode.
pub(crate) fn seller() -> (Seller, ApiKey) {
    let seller = Seller::on_sale();
    let api_key = api_key(&seller);
    (seller, api_key)
}

fn api_key(seller: &Seller) -> ApiKey {
    let write = Write::changed(seller.shop.api_key());
    let api_key = write.value.clone();
    let mut changes = seller.shop.changes();
    changes.api_keys.push(write);
    seller.store.commit(changes).unwrap();
    api_key
}

fn metadata(value: &serde_json::Value) -> Metadata {
    Metadata::parse(value.as_object().unwrap().clone()).unwrap()
}

/// A request with only its required fields.
pub(crate) fn bare(seller: &Seller) -> NewLicense {
    NewLicense {
        key_type: seller.shop.key_type.id.clone(),
        customer: NewCustomer {
            email: email("alice@example.test"),
            name: None,
            external_id: None,
            metadata: Metadata::default(),
        },
        term: None,
        activation_limit: None,
        notes: None,
        metadata: Metadata::default(),
    }
}

/// A call with a new signature.
fn call(seller: &Seller, api_key: &ApiKey) -> IssueCall {
    IssueCall {
        caller: Caller::from(api_key),
        product: seller.shop.product.clone(),
        nonce: Some(seller.shop.nonce(api_key)),
        repeatable: None,
    }
}

/// A call with a new signature and an idempotency key.
pub(crate) fn repeatable(seller: &Seller, api_key: &ApiKey, key: &str, body: &str) -> IssueCall {
    let key = IdempotencyKey::parse(key).unwrap();
    IssueCall {
        repeatable: Some((key, SecretHash::of(body))),
        ..call(seller, api_key)
    }
}

pub(crate) fn issued(
    seller: &Seller,
    call: &IssueCall,
    wanted: &NewLicense,
) -> Result<Issued, IssueError> {
    issue(&*seller.store, &seller.env(), call, wanted)
}

/// The value of the counter of the tenant's licenses.
fn counted(seller: &Seller, mode: Mode) -> i64 {
    let counter = Counter::Licenses(seller.tenant().clone(), mode);
    let mut changes = seller.shop.changes();
    changes.counters.push(Count {
        counter: counter.clone(),
        add: 0,
        cap: None,
    });
    seller.store.commit(changes).unwrap().counters[&counter]
}

fn on_plan(seller: &Seller, plan: Plan, minted: i64) {
    let mut changes = seller.shop.changes();
    changes.tenants.push(Write::changed(Tenant {
        plan,
        version: 1,
        ..seller.shop.tenant.clone()
    }));
    changes.counters.push(Count {
        counter: Counter::Licenses(seller.tenant().clone(), seller.shop.mode),
        add: minted,
        cap: None,
    });
    seller.store.commit(changes).unwrap();
}

#[test]
fn a_license_has_the_terms_of_its_key_type_by_default() {
    let (seller, api_key) = seller();
    let issued_license = issued(&seller, &call(&seller, &api_key), &bare(&seller)).unwrap();
    let license = &seller.licenses()[0].license;
    assert_eq!(issued_license.license, *license);
    assert_eq!(
        (issued_license.email.as_str(), issued_license.again),
        ("alice@example.test", false)
    );
    let terms = &seller.shop.key_type.terms;
    assert_eq!(license.activation_limit, terms.activation_limit);
    assert_eq!(license.entitlements, terms.entitlements);
    assert_eq!((license.mode, &license.unit), (api_key.mode, &None));
    assert_eq!(
        (&license.notes, &license.metadata),
        (&None, &Metadata::default())
    );
    assert_eq!(license.state(seller.shop.now()), State::Active);
    let delivery = &seller.deliveries()[0];
    let body = seller.body(delivery);
    assert_eq!(
        (
            &body["event"],
            &body["key"],
            &body["session_id"],
            &body["customer_email"]
        ),
        (
            &json!("license.created"),
            &json!(issued_license.key.expose()),
            &json!(null),
            &json!("alice@example.test")
        )
    );
    let actor = Actor::ApiKey(api_key.id).to_text();
    let minted = (actor, "license.minted".to_owned());
    assert!(seller.audit().contains(&minted), "{:?}", seller.audit());
}

#[test]
fn a_request_overrides_the_terms_of_the_key_type() {
    let (seller, api_key) = seller();
    let wanted = NewLicense {
        term: Some(Term::parse("30d").unwrap()),
        activation_limit: Some(7),
        notes: Some(text("Black Friday order")),
        metadata: metadata(&json!({"campaign": "launch-2026"})),
        ..bare(&seller)
    };
    let license = issued(&seller, &call(&seller, &api_key), &wanted)
        .unwrap()
        .license;
    let month = seller.shop.now().plus(Duration::from_hours(30 * 24));
    assert_eq!(license.standing.expires_at(), Some(month));
    assert_eq!(license.activation_limit, 7);
    assert_eq!(
        (license.notes, license.metadata),
        (wanted.notes, wanted.metadata)
    );
}

#[test]
fn an_existing_customer_gets_what_is_new_and_keeps_their_first_id() {
    let (seller, api_key) = seller();
    let wanted_by =
        |name: Option<&str>, external_id: Option<&str>, facts: serde_json::Value| NewLicense {
            customer: NewCustomer {
                email: email("alice@example.test"),
                name: name.map(text),
                external_id: external_id.map(text),
                metadata: metadata(&facts),
            },
            ..bare(&seller)
        };
    let ids: Vec<CustomerId> = [
        wanted_by(None, Some("one"), json!({"a": 1, "b": 1})),
        wanted_by(Some("Alice"), Some("two"), json!({"b": 2})),
        wanted_by(Some("Bob"), None, json!({})),
    ]
    .iter()
    .map(|wanted| issued(&seller, &call(&seller, &api_key), wanted).unwrap())
    .map(|issued_license| issued_license.license.customer)
    .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let customer = seller
        .store
        .customer(seller.tenant(), &ids[0])
        .unwrap()
        .unwrap();
    assert_eq!(customer.name.as_deref(), Some("Alice"));
    assert_eq!(customer.external_id.as_deref(), Some("one"));
    assert_eq!(json!(customer.metadata), json!({"a": 1, "b": 2}));
}

#[test]
fn an_unknown_plan_and_a_past_end_mint_nothing_and_use_up_nothing() {
    let (seller, api_key) = seller();
    let call = call(&seller, &api_key);
    let unknown = NewLicense {
        key_type: KeyTypeId::parse("unknown").unwrap(),
        ..bare(&seller)
    };
    let past = NewLicense {
        term: Some(Term::Until(seller.shop.now())),
        ..bare(&seller)
    };
    let refused = |wanted| issued(&seller, &call, wanted).unwrap_err();
    assert_eq!(refused(&unknown), IssueError::UnknownPlan);
    assert!(matches!(refused(&past), IssueError::TermIsPast(_)));
    assert!(seller.licenses().is_empty() && seller.deliveries().is_empty());
    issued(&seller, &call, &bare(&seller)).unwrap();
}

#[test]
fn a_signature_mints_once() {
    let (seller, api_key) = seller();
    let call = call(&seller, &api_key);
    issued(&seller, &call, &bare(&seller)).unwrap();
    for _ in 0..2 {
        let again = issued(&seller, &call, &bare(&seller)).unwrap_err();
        assert_eq!(again, IssueError::Replayed);
    }
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_call_sent_again_is_answered_again_by_whichever_key_of_the_product_signs_it() {
    let (seller, first) = seller();
    let second = api_key(&seller);
    let wanted = bare(&seller);
    let issued_license =
        issued(&seller, &repeatable(&seller, &first, "k", "body"), &wanted).unwrap();
    for api_key in [&first, &second] {
        let call = repeatable(&seller, api_key, "k", "body");
        let again = issued(&seller, &call, &wanted).unwrap();
        assert_eq!(
            (again.license, again.again),
            (issued_license.license.clone(), true)
        );
        assert_eq!(again.key.expose(), issued_license.key.expose());
        let replayed = issued(&seller, &call, &wanted).unwrap_err();
        assert_eq!(
            replayed,
            IssueError::Replayed,
            "its signature is used up too"
        );
    }
    let other = repeatable(&seller, &first, "k", "another body");
    assert_eq!(
        issued(&seller, &other, &wanted).unwrap_err(),
        IssueError::OtherBody
    );
    assert_eq!((seller.licenses().len(), seller.events().len()), (1, 1));
    let another = repeatable(&seller, &first, "k2", "body");
    assert!(!issued(&seller, &another, &wanted).unwrap().again);
}

#[test]
fn a_callers_key_is_free_again_after_a_day_whether_it_was_pruned_or_not() {
    for pruned in [false, true] {
        let (seller, api_key) = seller();
        let wanted = bare(&seller);
        let send = || {
            let call = repeatable(&seller, &api_key, "k", "body");
            issued(&seller, &call, &wanted).unwrap().again
        };
        assert!(!send());
        seller
            .shop
            .env
            .clock
            .advance(Duration::from_mins(24 * 60 - 1));
        assert!(send());
        seller.shop.env.clock.advance(Duration::from_mins(1));
        if pruned {
            let kind = Prunable::Idempotency;
            assert_eq!(seller.store.prune(kind, seller.shop.now()), Ok(1));
        }
        assert!(!send());
        assert!(send(), "the new call is kept in its turn");
        assert_eq!(seller.licenses().len(), 2);
    }
}

#[test]
fn a_plan_issues_up_to_its_cap_and_a_paid_order_mints_beyond_it() {
    for plan in [Plan::Free, Plan::Starter, Plan::Plus] {
        let (seller, api_key) = seller();
        let cap = plan.limits().licenses.unwrap();
        let opened_before = seller.session();
        on_plan(&seller, plan, i64::from(cap) - 1);
        let first = issued(&seller, &call(&seller, &api_key), &bare(&seller));
        let first = first.unwrap().license;
        let beyond = call(&seller, &api_key);
        let full = issued(&seller, &beyond, &bare(&seller)).unwrap_err();
        assert_eq!(full, IssueError::QuotaExceeded(cap));
        let sold = seller.pay(&opened_before).license;
        assert_eq!(counted(&seller, Mode::Live), i64::from(cap) + 1);
        let (store, env) = (&*seller.store, seller.env());
        for (count, license) in (0..cap).rev().zip([&first, &sold]) {
            revoke(store, &env, seller.tenant(), &license.id, &Actor::Operator).unwrap();
            assert_eq!(counted(&seller, Mode::Live), i64::from(count) + 1);
        }
        issued(&seller, &beyond, &bare(&seller)).unwrap();
    }
}

#[test]
fn the_sandbox_is_counted_apart() {
    let (seller, live) = seller();
    on_plan(&seller, Plan::Free, 100);
    let sandbox = ApiKey {
        id: ApiKeyId::of(Mode::Sandbox, [7; 12]),
        mode: Mode::Sandbox,
        ..live.clone()
    };
    issued(&seller, &call(&seller, &sandbox), &bare(&seller)).unwrap();
    let full = issued(&seller, &call(&seller, &live), &bare(&seller)).unwrap_err();
    assert_eq!(full, IssueError::QuotaExceeded(100));
    assert_eq!(
        (
            counted(&seller, Mode::Sandbox),
            counted(&seller, Mode::Live)
        ),
        (1, 100)
    );
}

#[test]
fn a_license_is_counted_from_its_mint_until_it_is_revoked_however_often_that_is_reported() {
    let (seller, _) = seller();
    let count = || counted(&seller, Mode::Live);
    let session = seller.session();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    let by_admin = seller.sell().license;
    assert_eq!(count(), 2);
    let (store, env) = (&*seller.store, seller.env());
    revoke(store, &env, seller.tenant(), &by_admin.id, &Actor::Operator).unwrap();
    assert_eq!(count(), 1);
    for _ in 0..2 {
        seller.receive(refunded(&session, 1_000)).unwrap();
        assert_eq!(count(), 1, "a part of it given back revokes nothing");
    }
    for _ in 0..2 {
        seller.receive(refunded(&session, 2_900)).unwrap();
        assert_eq!(count(), 0);
    }
    // A revocation by an admin after the refund changes the reason, not the count.
    let order = seller.order(&session);
    let sold = store
        .licenses_of_order(&order.id)
        .unwrap()
        .remove(0)
        .license;
    revoke(store, &env, seller.tenant(), &sold.id, &Actor::Operator).unwrap();
    assert_eq!(count(), 0);
}

#[test]
fn a_refund_received_before_its_sale_counts_nothing() {
    let (seller, _) = seller();
    let session = seller.session();
    seller.receive(refunded(&session, 2_900)).unwrap();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    assert_eq!(
        (seller.licenses().len(), counted(&seller, Mode::Live)),
        (1, 0)
    );
}
