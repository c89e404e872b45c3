//! The webhook endpoints of an account.

use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_domain::ports::{RestrictedStripeError, SellerEndpoint, StripeError};

use crate::contracts::restricted_stripe::harness::RestrictedStripeHarness;
use crate::fixtures::web_url;

/// An endpoint is created with a secret, listed, enabled again after its seller disabled it, and deleted once. Those
/// of the other mode are others.
pub fn an_endpoint_is_created_listed_enabled_and_deleted(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    let key = harness.key(Mode::Sandbox, &[KeyPermission::WebhookEndpoints]);
    let url = web_url("https://licenses.example.test/hook");
    assert_eq!(stripe.webhook_endpoints(&key), Ok(vec![]));
    let created = stripe.create_webhook_endpoint(&key, &url).expect("room");
    assert!(created.secret.expose().starts_with("whsec_"));
    let listed = |is_enabled| SellerEndpoint {
        id: created.id.clone(),
        url: url.as_str().to_owned(),
        is_enabled,
    };
    assert_eq!(stripe.webhook_endpoints(&key), Ok(vec![listed(true)]));
    harness.disable(&key, &created.id);
    assert_eq!(stripe.webhook_endpoints(&key), Ok(vec![listed(false)]));
    assert_eq!(stripe.enable_webhook_endpoint(&key, &created.id), Ok(()));
    assert_eq!(stripe.webhook_endpoints(&key), Ok(vec![listed(true)]));

    let live = harness.key(Mode::Live, &[KeyPermission::WebhookEndpoints]);
    assert_eq!(stripe.webhook_endpoints(&live), Ok(vec![]));
    for _ in 0..2 {
        assert_eq!(stripe.delete_webhook_endpoint(&key, &created.id), Ok(()));
    }
    assert_eq!(stripe.webhook_endpoints(&key), Ok(vec![]));
    let gone = stripe.enable_webhook_endpoint(&key, &created.id);
    assert!(gone.is_err(), "{gone:?}");
}

/// The seventeenth endpoint is refused for good, and the sixteen stay.
pub fn a_seventeenth_endpoint_is_refused(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    let key = harness.key(Mode::Sandbox, &[KeyPermission::WebhookEndpoints]);
    let create = |n: usize| {
        let url = web_url(&format!("https://licenses.example.test/{n}"));
        stripe.create_webhook_endpoint(&key, &url)
    };
    for n in 0..16 {
        assert!(create(n).is_ok(), "{n}");
    }
    let refused = create(16);
    assert!(
        matches!(
            refused,
            Err(RestrictedStripeError::Stripe(StripeError::Refused(_)))
        ),
        "{refused:?}"
    );
    assert_eq!(stripe.webhook_endpoints(&key).map(|all| all.len()), Ok(16));
}

/// Each call about endpoints needs the permission for them.
pub fn calls_about_endpoints_need_the_permission(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    let key = harness.key(Mode::Sandbox, &[KeyPermission::WebhookEndpoints]);
    let none = harness.key(Mode::Sandbox, &[]);
    let url = web_url("https://licenses.example.test/hook");
    let id = stripe.create_webhook_endpoint(&key, &url).expect("room").id;
    for denied in [
        stripe.webhook_endpoints(&none).map(drop),
        stripe.create_webhook_endpoint(&none, &url).map(drop),
        stripe.enable_webhook_endpoint(&none, &id),
        stripe.delete_webhook_endpoint(&none, &id),
    ] {
        assert!(
            matches!(denied, Err(RestrictedStripeError::Denied { .. })),
            "{denied:?}"
        );
    }
    assert_eq!(stripe.webhook_endpoints(&key).map(|all| all.len()), Ok(1));
}
