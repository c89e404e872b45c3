//! Canaries of the master keys, and the values that the keys sealed.

use std::collections::BTreeSet;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::credential::Credential;
use mintage_domain::model::outbox::webhook_endpoint::{OldSecret, WebhookEndpoint};
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::restricted_key::{FormerKey, RestrictedKey};
use mintage_domain::ports::{CommitError, SealedKind, SealedValue};
use mintage_domain::usecase::env::SealedField;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

fn seal(shop: &Shop, text: &str) -> Sealed {
    let env = shop.env.env();
    env.seal(SealedField::CANARY, "test", text.as_bytes())
}

/// The first canary of a key stays, until it is removed.
pub fn a_key_has_one_canary_which_stays(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    assert_eq!(store.canaries(), Ok(vec![]));
    let [first, second] = ["first", "second"].map(|text| seal(&shop, text));
    for canary in [&first, &second] {
        assert_eq!(store.add_canary(canary), Ok(()));
        assert_eq!(store.canaries(), Ok(vec![first.clone()]));
    }
    let other = KeyId::parse("other").expect("an id");
    assert_eq!(store.remove_canary(&other), Ok(()));
    assert_eq!(store.canaries(), Ok(vec![first.clone()]));
    assert_eq!(store.remove_canary(first.key_id()), Ok(()));
    assert_eq!(store.canaries(), Ok(vec![]));
}

fn other_mode(mode: Mode) -> Mode {
    Mode::from_livemode(!mode.livemode())
}

/// A restricted key of a shop, with the one before it.
fn replaced_key(shop: &Shop) -> RestrictedKey {
    let mut row = shop.restricted_key();
    let connected = row.connected.as_ref().expect("it is connected");
    row.former = Some(FormerKey {
        sealed_key: connected.sealed_key.clone(),
        endpoint: None,
        until: shop.now(),
    });
    row
}

/// A manual endpoint of each shop with the secret before the current one, and one that was removed.
fn manual_endpoints(shop: &Shop, other: &Shop) -> [ManualEndpoint; 3] {
    let rotated = |shop: &Shop| ManualEndpoint {
        old_secret: Some((shop.manual_endpoint().sealed_secret, shop.now())),
        ..shop.manual_endpoint()
    };
    let mut removed = shop.manual_endpoint();
    removed.mode = Mode::Sandbox;
    removed.remove();
    [rotated(shop), rotated(other), removed]
}

/// A shop with two values of each kind beside a publishable key and an erased body, which have no
/// value; and the ids of the values.
fn shop_with_values(store: &Nodes<'_>) -> (Shop, Vec<(SealedKind, BTreeSet<String>)>) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sold = [shop.sold(store).license, shop.sold(store).license];
    let keys = [shop.api_key(), shop.api_key()];
    let bodies = [shop.delivery(&sold[0]), shop.delivery(&sold[1])];
    let restricted = [&shop, &other].map(replaced_key);
    let left = RestrictedKey::none(shop.tenant.id.clone(), other_mode(shop.mode));
    let coupons = [shop.probe_coupon(), shop.probe_coupon()];
    let mut erased = shop.delivery(&sold[0]);
    erased.sealed_body = Sealed::from_bytes(&[]).expect("an erased value");
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.extend(keys.clone().map(Write::changed));
            it.api_keys.push(Write::changed(shop.publishable_key()));
            let all = bodies.iter().cloned().chain([erased]);
            it.deliveries.extend(all.map(Write::changed));
            let endpoints = [&shop, &other].map(|it| WebhookEndpoint {
                old_secret: Some(OldSecret {
                    sealed: it.webhook_endpoint().sealed_secret,
                    until: it.now(),
                }),
                ..it.webhook_endpoint()
            });
            it.endpoints.extend(endpoints.map(Write::changed));
            it.restricted_keys
                .extend(restricted.clone().map(Write::changed));
            it.restricted_keys.push(Write::changed(left));
            it.probe_coupons.extend(coupons.clone().map(Write::changed));
            let manual = manual_endpoints(&shop, &other).map(Write::changed);
            it.manual_endpoints.extend(manual);
            let keys = [&shop, &other].map(Shop::product_key);
            it.product_keys.extend(keys.map(Write::changed));
        }),
    );
    let products = [&shop, &other].map(|it| format!("{}/{}", it.tenant.id, it.product.id));
    let manual = [&shop, &other].map(|it| ManualEndpoint::sealed_id(&it.tenant.id, it.mode));
    let tenants = [&shop, &other].map(|it| it.tenant.id.to_string());
    let restricted = BTreeSet::from(restricted.each_ref().map(RestrictedKey::id));
    let expected = vec![
        (SealedKind::ProductKeySecret, products.clone().into()),
        (SealedKind::ProductStripeKey, products.into()),
        (SealedKind::ManualSecret, manual.clone().into()),
        (SealedKind::ManualOldSecret, manual.into()),
        (
            SealedKind::ApiKeySecret,
            keys.map(|it| it.id.to_string()).into(),
        ),
        (SealedKind::EndpointSecret, tenants.clone().into()),
        (SealedKind::EndpointOldSecret, tenants.into()),
        (
            SealedKind::DeliveryBody,
            bodies.map(|it| it.id.to_string()).into(),
        ),
        (
            SealedKind::LicenseKey,
            sold.map(|it| it.id.to_string()).into(),
        ),
        (SealedKind::RestrictedKey, restricted.clone()),
        (SealedKind::RestrictedKeyWebhookSecret, restricted.clone()),
        (SealedKind::FormerRestrictedKey, restricted),
        (
            SealedKind::ProbeCouponKey,
            coupons.map(|it| it.id.to_string()).into(),
        ),
    ];
    (shop, expected)
}

fn all_values(store: &Nodes<'_>, kind: SealedKind) -> Vec<SealedValue> {
    let values = store.sealed_values(kind, None, 100);
    values.expect("the store answers")
}

/// The values of each kind are listed by id, a page after the other.
pub fn sealed_values_of_each_kind_are_listed_in_pages(store: &Nodes<'_>) {
    let (_, expected) = shop_with_values(store);
    for (kind, ids) in expected {
        let all = all_values(store, kind);
        let mut paged = Vec::new();
        loop {
            let after = paged.last().map(|it: &SealedValue| it.id.as_str());
            let page = store.sealed_values(kind, after, 1);
            let page = page.expect("the store answers");
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, all, "{kind:?}");
        let listed: Vec<&String> = all.iter().map(|it| &it.id).collect();
        assert_eq!(listed, ids.iter().collect::<Vec<_>>(), "{kind:?}");
    }
}

/// A value is replaced only as it was read.
pub fn a_sealed_value_is_replaced_unless_it_has_changed(store: &Nodes<'_>) {
    let (shop, _) = shop_with_values(store);
    for kind in SealedKind::ALL {
        let [first, second] = all_values(store, kind).try_into().expect("two values");
        let new = seal(&shop, "new");
        let outdated = SealedValue {
            sealed: seal(&shop, "outdated"),
            ..second.clone()
        };
        let values = [(first.clone(), new.clone()), (outdated, new.clone())];
        assert_eq!(store.reseal(kind, &values), Ok(()));
        let replaced = SealedValue {
            sealed: new,
            ..first
        };
        assert_eq!(all_values(store, kind), [replaced, second], "{kind:?}");
    }
}

/// A change of an API key or an endpoint that was read before its secret was sealed again is refused;
/// a change of a license keeps the new value.
pub fn a_value_that_is_sealed_again_is_not_undone(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let (key, endpoint) = (shop.api_key(), shop.webhook_endpoint());
    let (key, endpoint) = (Write::changed(key), Write::changed(endpoint));
    let (key_read, endpoint_read) = (key.value.clone(), endpoint.value.clone());
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.push(key);
            it.endpoints.push(endpoint);
        }),
    );
    let product_read = store.product(&shop.tenant.id, &shop.product.id);
    let product_read = product_read
        .expect("the store answers")
        .expect("it is there");
    let kinds = [
        SealedKind::ApiKeySecret,
        SealedKind::EndpointSecret,
        SealedKind::LicenseKey,
        SealedKind::ProductKeySecret,
    ];
    let new = seal(&shop, "new");
    for kind in kinds {
        let values = all_values(store, kind).into_iter();
        let values: Vec<_> = values.map(|value| (value, new.clone())).collect();
        assert_eq!(store.reseal(kind, &values), Ok(()));
    }
    let mut revoked = key_read;
    revoked.revoked_at = Some(shop.now());
    let stale = [
        changing(&shop, |it| it.api_keys.push(Write::changed(revoked))),
        changing(&shop, |it| it.endpoints.push(Write::changed(endpoint_read))),
        changing(&shop, |it| it.products.push(Write::changed(product_read))),
    ];
    for changes in stale {
        let refused = store.commit(changes);
        assert!(
            matches!(refused, Err(CommitError::Refused(_))),
            "{refused:?}"
        );
    }
    let read = store.license(&shop.tenant.id, &license.id);
    let mut read = read
        .expect("the store answers")
        .expect("it is there")
        .license;
    read.notes = None;
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(read))),
    );
    for kind in kinds {
        assert_eq!(all_values(store, kind)[0].sealed, new, "{kind:?}");
    }
    let found = store.api_keys(
        &shop.tenant.id,
        None,
        &mintage_domain::base::page::PageRequest::default(),
    );
    let found = found.expect("the store answers").items.remove(0);
    assert!(matches!(found.credential, Credential::Signed(it) if it.sealed_secret == new));
}
