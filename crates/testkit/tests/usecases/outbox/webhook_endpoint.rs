use std::time::Duration;

use mintage_domain::base::id::DeliveryId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{AuditFilter, Audits, Commit, HttpResponse, WebhookEndpoints};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::outbox::deliver::{LEASE, record_result};
use mintage_domain::usecase::outbox::send::redeliver;
use mintage_domain::usecase::outbox::webhook_endpoint::{WebhookEndpointError, set_url};
use mintage_testkit::fixtures::web_url;

use crate::seller::Seller;

fn set(seller: &Seller, url: Option<&str>) -> Option<WebhookSecret> {
    let (store, env, url) = (&*seller.store, seller.env(), url.map(web_url));
    set_url(store, &env, seller.tenant(), &Actor::Operator, url.as_ref()).unwrap()
}

fn endpoint(seller: &Seller) -> WebhookEndpoint {
    seller
        .store
        .webhook_endpoint(seller.tenant(), &seller.first_endpoint())
        .unwrap()
        .unwrap()
}

fn secret(seller: &Seller) -> String {
    let (field, id) = (SealedField::ENDPOINT_SECRET, seller.tenant().as_str());
    let opened = seller
        .env()
        .open(field, id, &endpoint(seller).sealed_secret);
    opened.unwrap().into_text().unwrap().expose().to_owned()
}

fn claim(seller: &Seller) -> Vec<Claim> {
    seller.claim_deliveries()
}

fn again(seller: &Seller, id: &DeliveryId) -> Result<Delivery, WebhookEndpointError> {
    redeliver(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        id,
        Authority::Operator,
    )
}

#[test]
fn a_secret_is_returned_with_the_first_url_and_stays_until_it_is_rotated() {
    let seller = Seller::new();
    let first = set(&seller, Some("https://acme.test/a")).unwrap();
    assert_eq!(secret(&seller), first.expose());
    assert!(set(&seller, Some("https://acme.test/b")).is_none());
    assert_eq!(endpoint(&seller).url, Some(web_url("https://acme.test/b")));
    assert!(set(&seller, None).is_none());
    assert_eq!(endpoint(&seller).url, None);
    assert_eq!(secret(&seller), first.expose());

    let other = seller.rotate_secret().unwrap();
    assert_ne!(other.expose(), first.expose());
    assert_eq!(secret(&seller), other.expose());
    assert_eq!(seller.audited("webhook.set"), 3);
    assert_eq!(seller.audited("webhook.secret-rotated"), 1);
}

#[test]
fn there_is_no_secret_to_rotate_before_a_url_was_set() {
    let seller = Seller::new();
    let rotated = seller.rotate_secret();
    assert_eq!(rotated.unwrap_err(), WebhookEndpointError::NotFound);
}

#[test]
fn an_event_before_there_was_a_url_is_sent_when_there_is_one() {
    let seller = Seller::on_sale();
    seller.sell();
    assert_eq!(claim(&seller), []);
    set(&seller, Some("https://acme.test/hooks"));
    assert_eq!(claim(&seller).len(), 1);
}

#[test]
fn setting_a_url_revives_an_endpoint_that_was_gone() {
    let seller = Seller::on_sale();
    seller.sell();
    set(&seller, Some("https://acme.test/hooks"));
    let mut changes = seller.shop.changes();
    changes.endpoints.push(Write::changed(WebhookEndpoint {
        gone_since: Some(seller.shop.now()),
        ..endpoint(&seller)
    }));
    seller.store.commit(changes).unwrap();
    assert_eq!(endpoint(&seller).status(), "gone");
    assert_eq!(claim(&seller), []);
    let waiting = seller.deliveries().remove(0);
    assert_eq!(again(&seller, &waiting.id), Err(WebhookEndpointError::Gone));
    set(&seller, Some("https://acme.test/hooks"));
    assert_eq!(endpoint(&seller).gone_since, None);
    assert_eq!(endpoint(&seller).status(), "active");
    assert_eq!(claim(&seller).len(), 1);
}

#[test]
fn a_delivery_is_sent_again_as_it_was_with_a_fresh_schedule() {
    let seller = Seller::on_sale();
    seller.sell();
    let sent = seller.deliveries().remove(0);
    for (status, attempts) in [(DeliveryStatus::Delivered, 1), (DeliveryStatus::Failed, 10)] {
        let existing = seller.deliveries().remove(0);
        let mut changes = seller.shop.changes();
        changes.deliveries.push(Write::changed(Delivery {
            status,
            attempts,
            ..existing
        }));
        seller.store.commit(changes).unwrap();
        let now = seller.shop.env.clock.advance(Duration::from_hours(1));
        let due = again(&seller, &sent.id).unwrap();
        assert_eq!((due.status, due.due_at), (DeliveryStatus::Pending, now));
        assert_eq!((due.attempts, due.schedule_from), (attempts, attempts));
        assert_eq!((&due.id, &due.sealed_body), (&sent.id, &sent.sealed_body));
        assert_eq!(seller.deliveries(), [due]);
    }
    assert_eq!(seller.audited("delivery.redelivered"), 2);
    let unknown = DeliveryId::parse("dlv_unknown").unwrap();
    assert_eq!(
        again(&seller, &unknown),
        Err(WebhookEndpointError::NotFound)
    );
}

#[test]
fn a_delivery_under_way_is_not_sent_twice_unless_its_attempt_has_died() {
    let seller = Seller::on_sale();
    seller.sell();
    set(&seller, Some("https://acme.test/hooks"));
    let leased = claim(&seller).remove(0).delivery;
    assert_eq!(again(&seller, &leased.id), Err(WebhookEndpointError::Busy));
    seller.shop.env.clock.advance(LEASE);
    let due = again(&seller, &leased.id).unwrap();
    assert_eq!(
        (due.status, due.schedule_from),
        (DeliveryStatus::Pending, 1)
    );
}

#[test]
fn a_license_key_is_sent_to_a_new_url_only_by_who_may_reveal_keys() {
    let seller = Seller::on_sale();
    set(&seller, Some("https://acme.test/hooks"));
    seller.sell();
    let claim = seller.claim_deliveries().remove(0);
    let id = claim.delivery.id.clone();
    let (store, env) = (&*seller.store, seller.env());
    let answer = HttpResponse {
        status: 204,
        headers: Vec::new(),
        body: Vec::new(),
    };
    record_result(store, &env, &claim, &Ok(answer)).unwrap();
    let reveals = seller.shop.management_token();
    let mut writes = reveals.clone();
    writes.scopes.remove(&TokenScope::LicensesReveal);
    let redeliver = |by| redeliver(store, &env, seller.tenant(), &id, by).err();
    assert_eq!(
        redeliver(Authority::Token(&writes)),
        None,
        "it was sent there before"
    );
    let refusal = WebhookEndpointError::LacksScope(TokenScope::LicensesReveal);
    for url in [None, Some("https://evil.test/hooks")] {
        set(&seller, url);
        let refused = redeliver(Authority::Token(&writes));
        assert_eq!(refused, Some(refusal.clone()), "{url:?}");
    }
    for by in [Authority::Token(&reveals), Authority::Operator] {
        assert_eq!(redeliver(by), None);
    }
    let filter = AuditFilter {
        action: Some("webhook.set".to_owned()),
        ..AuditFilter::default()
    };
    let trail = store.audit(seller.tenant(), &filter, &PageRequest::default());
    let mut urls: Vec<_> = trail
        .unwrap()
        .items
        .into_iter()
        .map(|it| it.target)
        .collect();
    urls.sort();
    assert_eq!(
        urls,
        ["https://acme.test/hooks", "https://evil.test/hooks", "none"]
    );
}
