use mintage_domain::model::outbox::event::EventName;
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::outbox::event::tell;
use mintage_testkit::fixtures::Shop;

#[test]
fn an_event_is_due_at_once_and_sealed_for_its_delivery() {
    let shop = Shop::new("acme");
    let license = shop.license(&shop.customer());
    let (env, now) = (shop.env.env(), shop.now());
    let about = ("ada@example.test", Some("cs_1"));
    let delivery = tell(
        &env,
        &license,
        EventName::LicenseRevoked,
        "masked",
        about,
        now,
    );
    assert_eq!(
        (delivery.due_at, delivery.attempts, &delivery.license),
        (now, 0, &license.id)
    );
    let field = SealedField::DELIVERY_BODY;
    let body = env
        .open(field, delivery.id.as_str(), &delivery.sealed_body)
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(body.expose()).unwrap();
    assert_eq!(body["id"], delivery.id.as_str());
    assert_eq!(body["event"], "license.revoked");
    assert_eq!(body["session_id"], "cs_1");
}
