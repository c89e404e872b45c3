use std::time::Duration;

use mintage_domain::base::seal::{KeyId, OpenError};
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::outbox::webhook_signature::{
    WebhookSecret, keylight_signature, standard_webhooks_signature,
};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::ports::{
    Commit, Deliveries, Http, HttpError, HttpRequest, HttpResponse, Method, WebhookEndpoints,
};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::outbox::deliver::{
    DEADLINE, DeliverError, LEASE, record_result, record_unsent, request,
};
use mintage_domain::usecase::outbox::send::redeliver;
use mintage_domain::usecase::outbox::webhook_endpoint::{resume, set_url};
use mintage_testkit::ScriptedHttp;
use mintage_testkit::fixtures::web_url;

use crate::seller::Seller;

/// A seller with one delivery due, and the secret it is signed by.
fn waiting() -> (Seller, WebhookSecret) {
    let seller = Seller::on_sale();
    seller.sell();
    let (url, actor) = (web_url("https://acme.test/hooks"), Actor::Operator);
    let (store, env) = (&*seller.store, seller.env());
    let secret = set_url(store, &env, seller.tenant(), &actor, Some(&url)).unwrap();
    (seller, secret.unwrap())
}

fn claimed(seller: &Seller) -> Claim {
    let mut claims = seller.claim_deliveries();
    assert_eq!(claims.len(), 1, "one delivery is due");
    claims.remove(0)
}

fn recorded(
    seller: &Seller,
    claim: &Claim,
    result: &Result<HttpResponse, HttpError>,
) -> DeliveryStatus {
    record_result(&*seller.store, &seller.env(), claim, result).unwrap()
}

fn answer(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: b"thanks".to_vec(),
    }
}

fn read(seller: &Seller, claim: &Claim) -> (Delivery, Vec<Attempt>) {
    let read = seller.store.delivery(seller.tenant(), &claim.delivery.id);
    read.unwrap().unwrap()
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    let found = request.headers.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| value.as_str()).unwrap()
}

#[test]
fn a_request_is_signed_both_ways_over_the_bytes_that_are_sent() {
    let (seller, secret) = waiting();
    let http = ScriptedHttp::new().answer(200, "ok");
    let claim = claimed(&seller);
    http.send(&request(&seller.env(), &claim).unwrap()).unwrap();
    let sent = http.sent().remove(0);
    let (id, at) = (claim.delivery.id.as_str(), seller.shop.now().unix_seconds());
    assert_eq!(sent.method, Method::Post);
    assert_eq!(sent.url, "https://acme.test/hooks");
    assert!(sent.authorization.is_none());
    assert_eq!(sent.deadline, DEADLINE);
    assert!(DEADLINE < LEASE, "an attempt ends before its lease does");
    assert_eq!(header(&sent, "content-type"), "application/json");
    assert_eq!(header(&sent, "x-keylight-delivery-id"), id);
    assert_eq!(header(&sent, "webhook-id"), id);
    assert_eq!(header(&sent, "webhook-timestamp"), at.to_string());
    let secrets = [secret];
    let keylight = keylight_signature(&secrets, at, &sent.body);
    assert_eq!(header(&sent, "x-keylight-signature"), keylight);
    let standard = standard_webhooks_signature(&secrets, id, at, &sent.body);
    assert_eq!(header(&sent, "webhook-signature"), standard);
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body, seller.body(&claim.delivery));
}

#[test]
fn each_attempt_sends_the_same_bytes_and_signs_its_own_time_by_the_current_secret() {
    let (seller, _) = waiting();
    let first = request(&seller.env(), &claimed(&seller)).unwrap();
    seller.shop.env.clock.advance(LEASE);
    let env = seller.env();
    let secret = seller.rotate_secret().unwrap();
    let second = request(&env, &claimed(&seller)).unwrap();
    assert_eq!(first.body, second.body);
    let at = seller.shop.now().unix_seconds();
    let signed = keylight_signature(&[secret], at, &second.body);
    assert_eq!(header(&second, "x-keylight-signature"), signed);
    assert_ne!(
        header(&first, "webhook-timestamp"),
        header(&second, "webhook-timestamp")
    );
}

#[test]
fn what_cannot_be_signed_or_addressed_is_not_sent() {
    let (seller, _) = waiting();
    let claim = claimed(&seller);
    let with = |endpoint: WebhookEndpoint| {
        let delivery = claim.delivery.clone();
        request(&seller.env(), &Claim { delivery, endpoint }).unwrap_err()
    };
    let endpoint = claim.endpoint.clone();
    let unset = WebhookEndpoint {
        url: None,
        ..endpoint.clone()
    };
    assert_eq!(with(unset), DeliverError::NoUrl);
    let seal = |id: &str, text: &str| {
        let field = SealedField::ENDPOINT_SECRET;
        seller.env().seal(field, id, text.as_bytes())
    };
    let damaged = WebhookEndpoint {
        sealed_secret: seal("acme", "no secret"),
        ..endpoint.clone()
    };
    assert_eq!(with(damaged), DeliverError::DamagedSecret);
    let moved = WebhookEndpoint {
        sealed_secret: seal("zeta", "whsec_"),
        ..endpoint
    };
    assert_eq!(with(moved), DeliverError::SealedSecret(OpenError::Refused));
}

#[test]
fn an_answer_settles_a_delivery_or_has_it_tried_again() {
    use DeliveryStatus::{Delivered, Failed, Pending};
    for (result, status) in [
        (Ok(answer(200)), Delivered),
        (Ok(answer(204)), Delivered),
        (Ok(answer(299)), Delivered),
        (Ok(answer(302)), Pending),
        (Ok(answer(400)), Pending),
        (Ok(answer(404)), Pending),
        (Ok(answer(410)), Failed),
        (Ok(answer(500)), Pending),
        (Err(HttpError::Timeout), Pending),
        (Err(HttpError::Unreachable("refused".to_owned())), Pending),
        (Err(HttpError::ForbiddenAddress), Pending),
        (Err(HttpError::TooLarge), Pending),
    ] {
        let (seller, _) = waiting();
        let claim = claimed(&seller);
        assert_eq!(recorded(&seller, &claim, &result), status, "{result:?}");
        let (delivery, attempts) = read(&seller, &claim);
        assert_eq!(delivery.status, status, "{result:?}");
        assert_eq!(attempts.len(), 1);
        let attempt = &attempts[0];
        assert_eq!((attempt.number, attempt.at), (1, seller.shop.now()));
        assert_eq!(attempt.url, web_url("https://acme.test/hooks"));
        assert_eq!(attempt.status, result.as_ref().ok().map(|it| it.status));
        let snippet = result.map_or_else(|error| error.to_string(), |_| "thanks".to_owned());
        assert_eq!(attempt.snippet, snippet);
        if status == Pending {
            let wait = delivery.due_at.since(seller.shop.now());
            assert!((4..=6).contains(&wait.as_secs()), "{wait:?}");
        }
    }
}

#[test]
fn a_receiver_that_is_gone_stops_the_endpoint_it_was_and_no_newer_one() {
    for moved in [false, true] {
        let (seller, _) = waiting();
        let claim = claimed(&seller);
        if moved {
            let (url, actor) = (web_url("https://acme.test/new"), Actor::Operator);
            let (store, env) = (&*seller.store, seller.env());
            set_url(store, &env, seller.tenant(), &actor, Some(&url)).unwrap();
        }
        recorded(&seller, &claim, &Ok(answer(410)));
        let endpoint = seller
            .store
            .webhook_endpoint(seller.tenant(), &seller.first_endpoint())
            .unwrap()
            .unwrap();
        let gone = (!moved).then(|| seller.shop.now());
        assert_eq!(endpoint.gone_since, gone);
        assert_eq!(seller.audited("webhook.gone"), usize::from(!moved));
        seller.sell();
        let due = seller.claim_deliveries();
        assert_eq!(due.len(), usize::from(moved));
    }
}

#[test]
fn a_receiver_may_ask_for_more_time_and_not_for_less() {
    for (retry_after, least, most) in [
        ("3600", 3_600, 3_600),
        (" 90 ", 90, 90),
        ("1", 4, 6),
        ("0", 4, 6),
        ("999999999", 24 * 3_600, 24 * 3_600),
        ("99999999999999999999999", 4, 6),
        ("-5", 4, 6),
        ("Fri, 01 Jan 2027 01:00:00 GMT", 3_600, 3_600),
        ("Thu, 31 Dec 2026 23:00:00 GMT", 4, 6),
        ("soon", 4, 6),
    ] {
        let (seller, _) = waiting();
        let claim = claimed(&seller);
        let busy = HttpResponse {
            headers: vec![("retry-after".to_owned(), retry_after.to_owned())],
            ..answer(503)
        };
        recorded(&seller, &claim, &Ok(busy));
        let wait = read(&seller, &claim).0.due_at.since(seller.shop.now());
        assert!(
            (least..=most).contains(&wait.as_secs()),
            "{retry_after}: {wait:?}"
        );
    }
}

#[test]
fn ten_attempts_fail_a_delivery_and_sending_it_again_begins_ten_more() {
    let (seller, _) = waiting();
    let refused = Ok(answer(500));
    for round in 0..2_u32 {
        for attempt in 1..=10 {
            let claim = claimed(&seller);
            assert_eq!(claim.delivery.attempts, round * 10 + attempt);
            let status = recorded(&seller, &claim, &refused);
            let last = attempt == 10;
            let expected = if last {
                DeliveryStatus::Failed
            } else {
                DeliveryStatus::Pending
            };
            assert_eq!(status, expected, "attempt {attempt} of round {round}");
            seller.shop.env.clock.advance(Duration::from_hours(30));
            let (store, env) = (&*seller.store, seller.env());
            resume(
                store,
                &env,
                seller.tenant(),
                &seller.first_endpoint(),
                &Actor::Operator,
            )
            .unwrap();
        }
        let id = seller.deliveries()[0].id.clone();
        let (store, env) = (&*seller.store, seller.env());
        let (_, attempts) = store.delivery(seller.tenant(), &id).unwrap().unwrap();
        assert_eq!(attempts.len(), if round == 0 { 10 } else { 20 });
        redeliver(store, &env, seller.tenant(), &id, Authority::Operator).unwrap();
    }
}

#[test]
fn an_attempt_whose_lease_was_lost_changes_nothing() {
    let (seller, _) = waiting();
    let slow = claimed(&seller);
    seller.shop.env.clock.advance(LEASE);
    let quick = claimed(&seller);
    assert_eq!(
        recorded(&seller, &quick, &Ok(answer(200))),
        DeliveryStatus::Delivered
    );
    recorded(&seller, &slow, &Ok(answer(410)));
    let (delivery, attempts) = read(&seller, &quick);
    assert_eq!(delivery.status, DeliveryStatus::Delivered);
    assert_eq!(attempts.len(), 1);
    let endpoint = seller
        .store
        .webhook_endpoint(seller.tenant(), &seller.first_endpoint())
        .unwrap()
        .unwrap();
    assert_eq!(endpoint.gone_since, None);
}

#[test]
fn a_change_of_the_endpoint_meanwhile_does_not_lose_the_outcome() {
    let (seller, _) = waiting();
    let claim = claimed(&seller);
    let mut changes = seller.shop.changes();
    changes
        .endpoints
        .push(Write::changed(claim.endpoint.clone()));
    seller.store.commit(changes).unwrap();
    assert_eq!(
        recorded(&seller, &claim, &Ok(answer(410))),
        DeliveryStatus::Failed
    );
    let endpoint = seller
        .store
        .webhook_endpoint(seller.tenant(), &seller.first_endpoint())
        .unwrap()
        .unwrap();
    assert_eq!(endpoint.gone_since, Some(seller.shop.now()));
}

#[test]
fn of_an_answer_its_start_is_kept_as_plain_text() {
    let long = "é".repeat(600);
    for (body, kept) in [
        (b"ok\r\n\x1b[31mred\0".to_vec(), "ok\n[31mred".to_owned()),
        (long.clone().into_bytes(), "é".repeat(500)),
        (vec![0xff, b'a'], "\u{fffd}a".to_owned()),
        (Vec::new(), String::new()),
    ] {
        let (seller, _) = waiting();
        let claim = claimed(&seller);
        let answer = HttpResponse {
            body,
            ..answer(200)
        };
        recorded(&seller, &claim, &Ok(answer));
        assert_eq!(read(&seller, &claim).1[0].snippet, kept);
    }
}

#[test]
fn a_delivery_that_cannot_be_built_is_recorded_and_ends() {
    let seal = |seller: &Seller, text: &str| {
        let field = SealedField::ENDPOINT_SECRET;
        seller.env().seal(field, "acme", text.as_bytes())
    };
    let key = || OpenError::UnknownKey(KeyId::parse("k9").unwrap());
    for (error, status) in [
        (
            DeliverError::SealedBody(OpenError::Refused),
            DeliveryStatus::Failed,
        ),
        (DeliverError::SealedBody(key()), DeliveryStatus::Pending),
        (DeliverError::SealedSecret(key()), DeliveryStatus::Pending),
        (
            DeliverError::SealedSecret(OpenError::Refused),
            DeliveryStatus::Pending,
        ),
        (DeliverError::DamagedSecret, DeliveryStatus::Pending),
    ] {
        let (seller, _) = waiting();
        let claim = claimed(&seller);
        let (store, env) = (&*seller.store, seller.env());
        assert_eq!(
            record_unsent(store, &env, &claim, &error),
            Ok(status),
            "{error}"
        );
        let (delivery, attempts) = read(&seller, &claim);
        assert_eq!(delivery.status, status, "{error}");
        assert_eq!(
            (attempts[0].status, &attempts[0].snippet),
            (None, &error.to_string())
        );
        let endpoint = store
            .webhook_endpoint(seller.tenant(), &seller.first_endpoint())
            .unwrap()
            .unwrap();
        assert_eq!(
            endpoint.health,
            EndpointHealth::default(),
            "nothing was sent to it"
        );
    }
    let (seller, _) = waiting();
    let mut claim = claimed(&seller);
    claim.endpoint.sealed_secret = seal(&seller, "no secret");
    for attempt in 1..=10 {
        let error = request(&seller.env(), &claim).unwrap_err();
        let (store, env) = (&*seller.store, seller.env());
        let status = record_unsent(store, &env, &claim, &error).unwrap();
        assert_eq!(
            status == DeliveryStatus::Failed,
            attempt == 10,
            "attempt {attempt}"
        );
        seller.shop.env.clock.advance(Duration::from_hours(30));
        if attempt < 10 {
            claim.delivery = claimed(&seller).delivery;
        }
    }
    assert_eq!(seller.claim_deliveries(), [], "it is never claimed again");
}

#[test]
fn a_store_that_fails_settles_nothing() {
    let (seller, _) = waiting();
    let claim = claimed(&seller);
    let error = DeliverError::Failure(Failure::Contended);
    let (store, env) = (&*seller.store, seller.env());
    assert_eq!(record_unsent(store, &env, &claim, &error), Err(error));
    assert_eq!(read(&seller, &claim).1, []);
}
