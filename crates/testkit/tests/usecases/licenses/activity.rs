use std::time::Duration;

use mintage_domain::base::id::ActivationId;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::licenses::activation::{Device, Fingerprint};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{KeyQuery, ValidateQuery};
use mintage_domain::usecase::commit_loop::settle;
use mintage_domain::usecase::licenses::activation::{
    Activated, ActivationSelector, activate, deactivate,
};
use mintage_domain::usecase::outbox::webhook_endpoint::set_url;
use mintage_testkit::fixtures::{text, web_url};

use crate::seller::Seller;

fn url() -> WebUrl {
    web_url("https://acme.test/hooks")
}

/// A seller with a license for three devices, whose endpoint receives everything.
fn heard() -> Seller {
    let seller = Seller::on_sale();
    let env = seller.env();
    set_url(
        &*seller.store,
        &env,
        seller.tenant(),
        &Actor::Operator,
        Some(&url()),
    )
    .unwrap();
    seller.sell();
    seller
}

fn call(seller: &Seller) -> ValidateQuery {
    let license = seller.licenses().remove(0).license;
    ValidateQuery {
        nonce: None,
        key: KeyQuery {
            tenant: license.tenant,
            product: license.product,
            mode: license.mode,
            hashes: vec![license.key_hash],
        },
    }
}

fn activated(seller: &Seller, name: &str) -> Activated {
    let (store, env, call) = (&*seller.store, seller.env(), call(seller));
    let device = Device {
        fingerprint: Fingerprint::parse(name).unwrap(),
        hostname: Some(text("ada.local")),
        os: None,
        metadata: None,
    };
    settle(store, |refused| {
        activate(store, &env, &call, &device, refused)
    })
    .unwrap()
}

fn deactivated(seller: &Seller, id: &ActivationId) -> bool {
    let (store, env, call) = (&*seller.store, seller.env(), call(seller));
    let which = ActivationSelector::Id(id.clone());
    settle(store, |refused| {
        deactivate(store, &env, &call, &which, refused)
    })
    .unwrap()
}

fn count(seller: &Seller, event: &str) -> usize {
    seller.events().iter().filter(|it| **it == event).count()
}

#[test]
fn each_activation_and_deactivation_is_told_once() {
    let seller = heard();
    let before = seller.licenses();
    let Activated::Active(id, _) = activated(&seller, "one") else {
        panic!("it is not activated");
    };
    activated(&seller, "one");
    assert_eq!(count(&seller, "license.activated"), 1);
    let deliveries = seller.deliveries();
    let told = deliveries
        .iter()
        .find(|it| it.event.as_str() == "license.activated");
    let body = seller.body(told.unwrap());
    assert_eq!(body["activation_id"], id.as_str(), "{body}");
    assert_eq!(body["fingerprint"], "one", "{body}");
    assert_eq!(body["hostname"], "ada.local", "{body}");
    assert_eq!(body["sequence"], before[0].license.event_sequence, "{body}");
    assert!(deactivated(&seller, &id) && !deactivated(&seller, &id));
    assert_eq!(count(&seller, "license.deactivated"), 1);
    assert_eq!(seller.licenses(), before, "the license does not change");
}

#[test]
fn a_reached_limit_is_told_once_on_a_day() {
    let seller = heard();
    for name in ["one", "two", "three"] {
        activated(&seller, name);
    }
    for (day, told) in [(1, 1), (2, 2)] {
        for name in ["four", "five", "four"] {
            assert!(
                matches!(activated(&seller, name), Activated::Full(_)),
                "{day}"
            );
            seller.shop.env.clock.advance(Duration::from_mins(1));
        }
        assert_eq!(count(&seller, "license.limit_reached"), told);
        seller.shop.env.clock.advance(Duration::from_hours(24));
    }
}

#[test]
fn activity_that_no_endpoint_receives_is_not_kept() {
    let seller = Seller::on_sale();
    seller.sell();
    for name in ["one", "two", "three", "four"] {
        activated(&seller, name);
    }
    assert_eq!(seller.events(), ["license.created"]);
}
