use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::outbox::event::{Recipient, license_event};
use mintage_testkit::fixtures::Shop;

#[test]
fn an_event_is_due_at_once_and_sealed_for_its_delivery() {
    let shop = Shop::new("acme");
    let mut license = shop.license(&shop.customer());
    let (env, now) = (shop.env.env(), shop.now());
    let email = Email::parse("ada@example.test").unwrap();
    let session = SessionId::parse("cs_1").unwrap();
    let recipient = Recipient {
        email: &email,
        external_id: None,
        session: Some(&session),
    };
    let event = EventName::LicenseRevoked;
    let delivery = license_event(&env, &mut license, event, "masked", recipient, now);
    assert_eq!(
        (delivery.due_at, delivery.attempts, &delivery.license),
        (now, 0, &Some(license.id.clone()))
    );
    let field = SealedField::DELIVERY_BODY;
    let body = env
        .open(field, delivery.id.as_str(), &delivery.sealed_body)
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(body.expose()).unwrap();
    assert_eq!(body["id"], delivery.id.as_str());
    assert_eq!(body["event"], "license.revoked");
    assert_eq!(body["session_id"], "cs_1");
    assert_eq!(
        (delivery.sequence, license.event_sequence, &body["sequence"]),
        (1, 1, &1.into()),
        "the first event of the license"
    );
    let next = license_event(&env, &mut license, event, "masked", recipient, now);
    assert_eq!(next.sequence, 2);
}
