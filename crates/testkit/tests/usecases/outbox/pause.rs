//! An endpoint that failed for a whole day is paused, and resumed in several ways.

use std::time::Duration;

use mintage_domain::model::outbox::delivery::{Claim, DeliveryStatus};
use mintage_domain::model::outbox::endpoint_health::PAUSE_FAILURES;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::ports::{ClaimLimits, HttpError, HttpResponse, Mails, WebhookEndpoints};
use mintage_domain::usecase::outbox::deliver::record_result;
use mintage_domain::usecase::outbox::mail::{Composed, Outcome, compose};
use mintage_domain::usecase::outbox::send::redeliver;
use mintage_domain::usecase::outbox::webhook_endpoint::{WebhookEndpointError, resume, set_url};
use mintage_testkit::fixtures::web_url;

use crate::seller::Seller;

const URL: &str = "https://acme.test/hooks";

fn record(
    seller: &Seller,
    claim: &Claim,
    result: &Result<HttpResponse, HttpError>,
) -> DeliveryStatus {
    record_result(&*seller.store, &seller.env(), claim, result).unwrap()
}

fn no_content() -> HttpResponse {
    HttpResponse {
        status: 204,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn audited(seller: &Seller, action: &str) -> bool {
    seller.audit().iter().any(|(_, it)| it == action)
}

fn endpoint(seller: &Seller) -> WebhookEndpoint {
    let endpoint = seller
        .store
        .webhook_endpoint(seller.tenant(), &seller.first_endpoint());
    endpoint.unwrap().unwrap()
}

/// The mails to the seller that are due, whatever became of those to buyers.
fn notices(seller: &Seller) -> Vec<QueuedMail> {
    let limits = ClaimLimits {
        now: seller.shop.now(),
        responsive: 100,
        unresponsive: 0,
        per_lane: 100,
        lease: Duration::from_mins(1),
    };
    let mails = seller.store.claim_mails(&limits).unwrap().leased;
    let mails = mails.into_iter();
    mails.filter(|it| it.content.license().is_none()).collect()
}

/// A seller with three sales and an endpoint at which every attempt failed until it was paused.
fn paused() -> Seller {
    let seller = Seller::on_sale();
    let (store, env) = (&*seller.store, seller.env());
    set_url(
        store,
        &env,
        seller.tenant(),
        &Actor::Operator,
        Some(&web_url(URL)),
    )
    .unwrap();
    for _ in 0..3 {
        seller.sell();
    }
    for attempt in 1..=PAUSE_FAILURES {
        let health = endpoint(&seller).health;
        assert_eq!(health.paused_at, None, "before attempt {attempt}");
        let claim = seller.claim_deliveries().remove(0);
        assert_eq!(
            record(&seller, &claim, &Err(HttpError::Timeout)),
            DeliveryStatus::Pending
        );
        if attempt < PAUSE_FAILURES {
            seller.shop.env.clock.advance(Duration::from_hours(7));
        }
    }
    seller
}

#[test]
fn a_day_of_failures_pauses_the_endpoint_and_the_seller_gets_one_mail() {
    let seller = paused();
    let health = endpoint(&seller).health;
    assert_eq!(health.status(), "paused");
    assert_eq!(health.paused_at, Some(seller.shop.now()));
    let day = health
        .paused_at
        .unwrap()
        .since(health.failing_since.unwrap());
    assert_eq!(day, Duration::from_hours(28));
    assert!(audited(&seller, "webhook.paused"));
    let mut mails = notices(&seller);
    assert_eq!(mails.len(), 1);
    let mail = mails.remove(0);
    assert_eq!(mail.to, seller.shop.tenant.email);
    let composed = compose(&*seller.store, &seller.env(), &mail).unwrap();
    let Composed::Notice(notice) = composed else {
        panic!("{composed:?}");
    };
    assert_eq!(
        (notice.url, notice.tenant),
        (web_url(URL), seller.tenant().clone())
    );
    assert_eq!(Some(notice.paused_at), health.paused_at);
}

#[test]
fn deliveries_of_a_paused_endpoint_wait_and_are_sent_after_it_is_resumed() {
    let (new_url, actor) = (web_url("https://acme.test/new"), Actor::Operator);
    for (name, action) in [
        ("resumed", "webhook.resumed"),
        ("url set", "webhook.set"),
        ("secret rotated", "webhook.secret-rotated"),
    ] {
        let seller = paused();
        seller.sell();
        let (store, env, tenant) = (&*seller.store, seller.env(), seller.tenant());
        seller.shop.env.clock.advance(Duration::from_hours(999));
        assert_eq!(seller.claim_deliveries(), [], "{name}");
        assert!(
            seller
                .deliveries()
                .iter()
                .all(|it| it.status != DeliveryStatus::Failed)
        );
        match name {
            "resumed" => {
                drop(resume(store, &env, tenant, &seller.first_endpoint(), &actor).unwrap());
            }
            "url set" => drop(set_url(store, &env, tenant, &actor, Some(&new_url)).unwrap()),
            _ => drop(seller.rotate_secret().unwrap()),
        }
        assert_eq!(endpoint(&seller).health.status(), "active", "{name}");
        assert!(audited(&seller, action), "{name}");
        let claims = seller.claim_deliveries();
        assert_eq!(claims.len(), 4, "{name}");
        for claim in claims {
            assert_eq!(
                record(&seller, &claim, &Ok(no_content())),
                DeliveryStatus::Delivered
            );
        }
    }
}

#[test]
fn a_redelivery_probes_a_paused_endpoint_and_its_success_resumes_it() {
    for works in [false, true] {
        let seller = paused();
        let id = seller.deliveries()[0].id.clone();
        let (store, env) = (&*seller.store, seller.env());
        redeliver(store, &env, seller.tenant(), &id, Authority::Operator).unwrap();
        let mut claims = seller.claim_deliveries();
        assert_eq!(claims.len(), 1, "one at a time");
        let result = if works {
            Ok(no_content())
        } else {
            Err(HttpError::Timeout)
        };
        record(&seller, &claims.remove(0), &result);
        let status = endpoint(&seller).health.status();
        let resumed = audited(&seller, "webhook.resumed");
        assert_eq!(
            (status, resumed),
            if works {
                ("active", true)
            } else {
                ("paused", false)
            }
        );
        let waiting = seller.claim_deliveries().len();
        assert_eq!(waiting > 0, works, "{waiting}");
        assert_eq!(notices(&seller).len(), 1, "of the first pause only");
    }
}

#[test]
fn a_notice_about_an_endpoint_that_was_resumed_is_cancelled() {
    let seller = paused();
    let mail = notices(&seller).remove(0);
    let (store, env) = (&*seller.store, seller.env());
    resume(
        store,
        &env,
        seller.tenant(),
        &seller.first_endpoint(),
        &Actor::Operator,
    )
    .unwrap();
    let composed = compose(store, &env, &mail).unwrap();
    assert!(
        matches!(composed, Composed::Outcome(Outcome::Cancelled(_))),
        "{composed:?}"
    );
}

#[test]
fn only_a_paused_endpoint_is_resumed() {
    let seller = Seller::on_sale();
    let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
    let missing = resume(
        store,
        &env,
        seller.tenant(),
        &seller.first_endpoint(),
        &actor,
    );
    assert_eq!(missing, Err(WebhookEndpointError::NotFound));
    set_url(store, &env, seller.tenant(), &actor, Some(&web_url(URL))).unwrap();
    let before = endpoint(&seller);
    assert_eq!(
        resume(
            store,
            &env,
            seller.tenant(),
            &seller.first_endpoint(),
            &actor
        ),
        Ok(before.clone())
    );
    assert_eq!(endpoint(&seller), before);
    assert!(!audited(&seller, "webhook.resumed"));
}

#[test]
fn an_endpoint_set_meanwhile_is_not_blamed_for_the_attempts_at_the_former_one() {
    let seller = Seller::on_sale();
    seller.sell();
    let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
    set_url(store, &env, seller.tenant(), &actor, Some(&web_url(URL))).unwrap();
    let claim = seller.claim_deliveries().remove(0);
    seller.rotate_secret().unwrap();
    record(&seller, &claim, &Err(HttpError::Timeout));
    assert_eq!(endpoint(&seller).health.status(), "active");
}
