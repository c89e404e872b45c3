//! Several webhook endpoints of a tenant: creating, changing, testing and deleting them, and what is sent to
//! which.

use std::slice;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mintage_domain::base::change::Change;
use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::mode::Mode;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::webhook_endpoint::{SecretOverlap, WebhookEndpoint};
use mintage_domain::model::outbox::webhook_signature::{
    WebhookSecret, keylight_signature, standard_webhooks_signature,
};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{
    Commit, Deliveries, HttpResponse, MockStripe, MockWebhooks, WebhookEndpoints,
};
use mintage_domain::usecase::outbox::deliver::{
    DeliverError, record_result, record_unsent, request,
};
use mintage_domain::usecase::outbox::send::{redeliver, send_test};
use mintage_domain::usecase::outbox::webhook_endpoint::{
    EndpointUpdate, NewEndpoint, WebhookEndpointError, create_endpoint, delete_endpoint,
    rotate_secret, set_url, update_endpoint,
};
use mintage_domain::usecase::sweep::sweep;
use mintage_testkit::fixtures::web_url;

use crate::seller::Seller;

const BY: Actor = Actor::Operator;

fn new(mode: Option<Mode>) -> NewEndpoint {
    NewEndpoint {
        url: web_url("https://acme.test/hooks"),
        description: None,
        mode,
        events: None,
    }
}

fn create(seller: &Seller, new: &NewEndpoint) -> (WebhookEndpoint, WebhookSecret) {
    let (store, env) = (&*seller.store, seller.env());
    create_endpoint(store, &env, seller.tenant(), &BY, new).unwrap()
}

fn update(
    seller: &Seller,
    id: &WebhookEndpointId,
    update: &EndpointUpdate,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    let (store, env) = (&*seller.store, seller.env());
    update_endpoint(store, &env, seller.tenant(), id, &BY, update)
}

fn delete(seller: &Seller, id: &WebhookEndpointId) -> Result<(), WebhookEndpointError> {
    delete_endpoint(&*seller.store, &seller.env(), seller.tenant(), id, &BY)
}

fn set(seller: &Seller, url: Option<&str>) -> Result<Option<WebhookSecret>, WebhookEndpointError> {
    let url = url.map(web_url);
    set_url(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        &BY,
        url.as_ref(),
    )
}

fn test(seller: &Seller, id: &WebhookEndpointId) -> Result<Delivery, WebhookEndpointError> {
    send_test(&*seller.store, &seller.env(), seller.tenant(), id, &BY)
}

fn no_content() -> HttpResponse {
    HttpResponse {
        status: 204,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// The endpoints of the deliveries that wait or were sent, in order.
fn receivers(seller: &Seller) -> Vec<WebhookEndpointId> {
    let mut ids: Vec<_> = seller
        .deliveries()
        .into_iter()
        .map(|it| it.endpoint)
        .collect();
    ids.sort();
    ids
}

#[test]
fn a_sale_is_sent_to_every_endpoint_of_its_mode_with_the_same_id_and_bytes() {
    let seller = Seller::on_sale();
    let secret = set(&seller, Some("https://acme.test/first"))
        .unwrap()
        .unwrap();
    let (other, other_secret) = create(&seller, &new(Some(Mode::Live)));
    create(&seller, &new(Some(Mode::Sandbox)));
    seller.sell();
    let claims = seller.claim_deliveries();
    assert_eq!(claims.len(), 2);
    let mut bodies = Vec::new();
    for claim in &claims {
        let sent = request(&seller.env(), claim).unwrap();
        let header = |name: &str| {
            let found = sent.headers.iter().find(|(it, _)| *it == name);
            found.unwrap().1.clone()
        };
        let id = claim.delivery.id.event();
        assert_eq!(
            (header("webhook-id"), header("x-keylight-delivery-id")),
            (id.into(), id.into())
        );
        let is_other = claim.endpoint.id == other.id;
        let secret = if is_other { &other_secret } else { &secret };
        let at = seller.shop.now().unix_seconds();
        let signed = keylight_signature(slice::from_ref(secret), at, &sent.body);
        assert_eq!(header("x-keylight-signature"), signed);
        bodies.push(sent.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(claims[0].delivery.id, claims[1].delivery.id);
    assert_eq!(claims[0].delivery.id.event(), claims[1].delivery.id.event());
}

#[test]
fn eleven_endpoints_of_a_mode_are_never_created_however_many_try_at_once() {
    let seller = Arc::new(Seller::on_sale());
    let tries: Vec<_> = (0..14)
        .map(|_| {
            let seller = Arc::clone(&seller);
            thread::spawn(move || {
                let (store, env) = (&*seller.store, seller.env());
                let new = new(Some(Mode::Live));
                create_endpoint(store, &env, seller.tenant(), &BY, &new).map(|(it, _)| it.id)
            })
        })
        .collect();
    let mut created = Vec::new();
    for tried in tries {
        match tried.join().unwrap() {
            Ok(id) => created.push(id),
            Err(error) => assert_eq!(error, WebhookEndpointError::TooMany(Mode::Live)),
        }
    }
    assert_eq!(created.len(), 10);
    let too_many = Err(WebhookEndpointError::TooMany(Mode::Live));
    let first = || set(&seller, Some("https://acme.test/first")).map(|secret| secret.is_some());
    assert_eq!(first(), too_many, "one of both modes counts in each");
    create(&seller, &new(Some(Mode::Sandbox)));
    assert_eq!(delete(&seller, &created[0]), Ok(()));
    assert_eq!(
        delete(&seller, &created[0]),
        Err(WebhookEndpointError::NotFound)
    );
    assert_eq!(first(), Ok(true), "a deleted one makes room");
    assert_eq!(first(), Ok(false), "and the same one counts once");
    set(&seller, None).unwrap();
    create(&seller, &new(Some(Mode::Live)));
}

#[test]
fn an_endpoint_gets_what_waited_while_its_mode_had_none_and_no_other_history() {
    let seller = Seller::on_sale();
    seller.sell();
    let only_revoked = NewEndpoint {
        events: Some([EventName::LicenseRevoked].into()),
        ..new(Some(Mode::Live))
    };
    create(&seller, &new(Some(Mode::Sandbox)));
    let (revoked, _) = create(&seller, &only_revoked);
    let first = seller.first_endpoint();
    assert_eq!(receivers(&seller), [first], "it waits on");
    let (all, _) = create(&seller, &new(Some(Mode::Live)));
    assert_eq!(receivers(&seller), slice::from_ref(&all.id));
    create(&seller, &new(Some(Mode::Live)));
    set(&seller, Some("https://acme.test/first")).unwrap();
    assert_eq!(receivers(&seller), [all.id], "once");
    assert!(!receivers(&seller).contains(&revoked.id));
}

#[test]
fn an_endpoint_that_begins_to_receive_an_event_gets_what_waited() {
    let seller = Seller::on_sale();
    seller.sell();
    let only_revoked = NewEndpoint {
        events: Some([EventName::LicenseRevoked].into()),
        ..new(None)
    };
    let (endpoint, _) = create(&seller, &only_revoked);
    let all = EndpointUpdate {
        events: Change::Clear,
        ..EndpointUpdate::default()
    };
    update(&seller, &endpoint.id, &all).unwrap();
    assert_eq!(receivers(&seller), [endpoint.id]);
}

#[test]
fn a_sweep_assigns_what_waits_although_an_endpoint_receives_it() {
    let seller = Seller::on_sale();
    seller.sell();
    // As if the sale had been committed while the endpoint was created.
    let endpoint = seller.shop.other_endpoint(None);
    let mut changes = seller.shop.changes();
    changes.endpoints.push(Write::changed(endpoint.clone()));
    seller.store.commit(changes).unwrap();
    assert_eq!(receivers(&seller), [seller.first_endpoint()]);
    let (stripe, webhooks) = (MockStripe::new(), MockWebhooks::new());
    let swept = || {
        sweep(&*seller.store, &stripe, &webhooks, &seller.env())
            .unwrap()
            .assigned
    };
    assert_eq!(
        (swept(), swept()),
        (2, 0),
        "the license, and the paid order"
    );
    assert_eq!(receivers(&seller), [endpoint.id]);
}

#[test]
fn an_event_that_was_sent_once_is_given_to_no_other_endpoint() {
    let seller = Seller::on_sale();
    seller.sell();
    set(&seller, Some("https://acme.test/hooks")).unwrap();
    let claim = seller.claim_deliveries().remove(0);
    let failed = HttpResponse {
        status: 500,
        ..no_content()
    };
    record_result(&*seller.store, &seller.env(), &claim, &Ok(failed)).unwrap();
    set(&seller, None).unwrap();
    create(&seller, &new(None));
    assert_eq!(receivers(&seller), [seller.first_endpoint()]);
}

#[test]
fn a_new_url_enables_the_first_endpoint() {
    let seller = Seller::on_sale();
    set(&seller, Some("https://acme.test/hooks")).unwrap();
    let first = seller.first_endpoint();
    let disable = EndpointUpdate {
        is_enabled: Some(false),
        ..EndpointUpdate::default()
    };
    update(&seller, &first, &disable).unwrap();
    set(&seller, Some("https://acme.test/others")).unwrap();
    seller.sell();
    assert_eq!(seller.claim_deliveries().len(), 1);
}

#[test]
fn a_key_is_redelivered_to_a_disabled_endpoint_only_by_who_may_reveal_keys() {
    let seller = Seller::on_sale();
    let (endpoint, _) = create(&seller, &new(None));
    seller.sell();
    let claim = seller.claim_deliveries().remove(0);
    let (store, env) = (&*seller.store, seller.env());
    record_result(store, &env, &claim, &Ok(no_content())).unwrap();
    let reveals = seller.shop.management_token();
    let mut writes = reveals.clone();
    writes.scopes.remove(&TokenScope::LicensesReveal);
    let again = |by| redeliver(store, &env, seller.tenant(), &claim.delivery.id, by).err();
    let by_writer = || again(Authority::Token(&writes));
    assert_eq!(by_writer(), None, "it was sent there before");
    let disable = EndpointUpdate {
        is_enabled: Some(false),
        ..EndpointUpdate::default()
    };
    update(&seller, &endpoint.id, &disable).unwrap();
    // The delivery would wait, and be sent to the URL that the endpoint has when it is enabled.
    let refusal = WebhookEndpointError::LacksScope(TokenScope::LicensesReveal);
    assert_eq!(by_writer(), Some(refusal));
    assert_eq!(again(Authority::Token(&reveals)), None);
}

#[test]
fn a_disabled_endpoint_gets_no_new_events_and_what_waits_is_sent_when_it_is_enabled() {
    let seller = Seller::on_sale();
    let (endpoint, _) = create(&seller, &new(None));
    seller.sell();
    let enabled = |is_enabled| EndpointUpdate {
        is_enabled: Some(is_enabled),
        ..EndpointUpdate::default()
    };
    update(&seller, &endpoint.id, &enabled(false)).unwrap();
    seller.sell();
    assert_eq!(
        seller.deliveries().len(),
        1,
        "the second event is not stored"
    );
    assert_eq!(seller.claim_deliveries(), []);
    let refused = test(&seller, &endpoint.id);
    assert_eq!(refused, Err(WebhookEndpointError::Disabled));
    update(&seller, &endpoint.id, &enabled(true)).unwrap();
    assert_eq!(seller.claim_deliveries().len(), 1);
    assert_eq!(seller.audited("webhook-endpoint.updated"), 2);
}

#[test]
fn what_was_not_sent_to_a_deleted_endpoint_fails_and_cannot_be_redelivered() {
    let seller = Seller::on_sale();
    let (endpoint, _) = create(&seller, &new(None));
    seller.sell();
    delete(&seller, &endpoint.id).unwrap();
    let claim = seller.claim_deliveries().remove(0);
    let (store, env) = (&*seller.store, seller.env());
    let error = request(&env, &claim).unwrap_err();
    assert_eq!(error, DeliverError::Deleted);
    let status = record_unsent(store, &env, &claim, &error);
    assert_eq!(status, Ok(DeliveryStatus::Failed));
    let id = &claim.delivery.id;
    let again = redeliver(store, &env, seller.tenant(), id, Authority::Operator);
    assert_eq!(again, Err(WebhookEndpointError::Deleted));
    for refused in [
        update(&seller, &endpoint.id, &EndpointUpdate::default()).map(drop),
        test(&seller, &endpoint.id).map(drop),
        rotate_secret(
            store,
            &env,
            seller.tenant(),
            &endpoint.id,
            &BY,
            SecretOverlap::NONE,
        )
        .map(drop),
    ] {
        assert_eq!(refused, Err(WebhookEndpointError::NotFound));
    }
    seller.sell();
    assert_eq!(
        receivers(&seller).len(),
        2,
        "the next event waits, as before"
    );
}

#[test]
fn the_first_endpoint_starts_anew_after_it_was_deleted() {
    let seller = Seller::on_sale();
    let before = set(&seller, Some("https://acme.test/a")).unwrap().unwrap();
    seller.sell();
    delete(&seller, &seller.first_endpoint()).unwrap();
    assert_eq!(seller.claim_deliveries(), [], "what was not sent waits");
    assert!(
        seller
            .store
            .webhook_endpoints(seller.tenant())
            .unwrap()
            .is_empty()
    );
    let after = set(&seller, Some("https://acme.test/b")).unwrap().unwrap();
    assert_ne!(before.expose(), after.expose());
    assert_eq!(seller.claim_deliveries().len(), 1);
}

#[test]
fn both_secrets_sign_until_the_overlap_ends_and_the_new_one_alone_after_that() {
    let seller = Seller::on_sale();
    let (endpoint, old) = create(&seller, &new(None));
    let (store, env, tenant) = (&*seller.store, seller.env(), seller.tenant());
    let overlap = SecretOverlap::from_seconds(600).unwrap();
    let rotate = |overlap| rotate_secret(store, &env, tenant, &endpoint.id, &BY, overlap).unwrap();
    let (_, new) = rotate(overlap);
    test(&seller, &endpoint.id).unwrap();
    let both = [new, old];
    for (seconds, secrets) in [(0, &both[..]), (599, &both), (1, &both[..1])] {
        seller.shop.env.clock.advance(Duration::from_secs(seconds));
        let claim = seller.claim_deliveries().remove(0);
        let sent = request(&env, &claim).unwrap();
        let at = seller.shop.now().unix_seconds();
        let id = claim.delivery.id.as_str();
        for (name, signed) in [
            (
                "x-keylight-signature",
                keylight_signature(secrets, at, &sent.body),
            ),
            (
                "webhook-signature",
                standard_webhooks_signature(secrets, id, at, &sent.body),
            ),
        ] {
            let header = sent.headers.iter().find(|(it, _)| *it == name);
            assert_eq!(header.unwrap().1, signed, "{seconds}");
        }
        let failed = record_result(
            store,
            &env,
            &claim,
            &Ok(HttpResponse {
                status: 500,
                ..no_content()
            }),
        );
        assert_eq!(failed, Ok(DeliveryStatus::Pending));
        redeliver(store, &env, tenant, &claim.delivery.id, Authority::Operator).unwrap();
    }
    let (rotated, _) = rotate(SecretOverlap::NONE);
    assert_eq!(rotated.old_secret, None);
    assert_eq!(seller.audited("webhook.secret-rotated"), 2);
}

#[test]
fn a_test_event_is_sent_to_its_endpoint_alone_whatever_that_receives() {
    let seller = Seller::on_sale();
    let only_revoked = NewEndpoint {
        events: Some([EventName::LicenseRevoked].into()),
        ..new(Some(Mode::Live))
    };
    let (endpoint, _) = create(&seller, &only_revoked);
    create(&seller, &new(None));
    let delivery = test(&seller, &endpoint.id).unwrap();
    let claim = seller.claim_deliveries().remove(0);
    assert_eq!(
        (&claim.delivery.id, &claim.endpoint.id),
        (&delivery.id, &endpoint.id)
    );
    let sent = request(&seller.env(), &claim).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let expected = serde_json::json!({
        "id": delivery.id, "created": seller.shop.now().unix_seconds(), "version": "2026-05-01",
        "event": "webhook.test", "tenant_id": "acme", "mode": "live", "endpoint_id": endpoint.id,
        "occurred_at": seller.shop.now().as_micros() / 1_000,
    });
    assert_eq!(body, expected);
    assert!(seller.licenses().is_empty());
    let result = record_result(&*seller.store, &seller.env(), &claim, &Ok(no_content()));
    assert_eq!(result, Ok(DeliveryStatus::Delivered));
    assert_eq!(seller.audited("webhook-endpoint.tested"), 1);
}

#[test]
fn an_endpoint_is_sent_ten_test_events_a_minute() {
    let seller = Seller::new();
    let (endpoint, _) = create(&seller, &new(None));
    let (other, _) = create(&seller, &new(None));
    for _ in 0..10 {
        test(&seller, &endpoint.id).unwrap();
    }
    let refused = test(&seller, &endpoint.id);
    assert!(
        matches!(refused, Err(WebhookEndpointError::RateLimited(_))),
        "{refused:?}"
    );
    test(&seller, &other.id).unwrap();
    let missing = WebhookEndpointId::parse("we_none").unwrap();
    assert_eq!(test(&seller, &missing), Err(WebhookEndpointError::NotFound));
}

#[test]
fn another_url_revives_an_endpoint_that_is_gone() {
    let seller = Seller::on_sale();
    let (endpoint, _) = create(&seller, &new(None));
    seller.sell();
    let claim = seller.claim_deliveries().remove(0);
    let gone = HttpResponse {
        status: 410,
        ..no_content()
    };
    record_result(&*seller.store, &seller.env(), &claim, &Ok(gone)).unwrap();
    assert_eq!(test(&seller, &endpoint.id), Err(WebhookEndpointError::Gone));
    let url = EndpointUpdate {
        url: Some(web_url("https://acme.test/b")),
        ..EndpointUpdate::default()
    };
    let updated = update(&seller, &endpoint.id, &url).unwrap();
    assert_eq!(updated.status(), "active");
    test(&seller, &endpoint.id).unwrap();
    let store = &*seller.store;
    let sent = store.delivery(seller.tenant(), &claim.delivery.id).unwrap();
    assert_eq!(sent.unwrap().0.status, DeliveryStatus::Failed);
}
