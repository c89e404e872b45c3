//! When API keys, management tokens and devices were last seen.

use std::time::Duration;

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::ports::SeenTarget;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// A shop with an API key, and an active activation of a license that the shop sold.
fn shop_key_and_device(store: &Nodes<'_>) -> (Shop, ApiKey, Activation) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let (key, device) = (
        Write::changed(shop.api_key()),
        Write::changed(shop.activation(&license)),
    );
    let written = (key.value.clone(), device.value.clone());
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.push(key);
            it.activations.push(device);
        }),
    );
    (shop, written.0, written.1)
}

fn of_key(key: &ApiKey) -> SeenTarget {
    SeenTarget::ApiKey(key.id.clone())
}

fn of_device(device: &Activation) -> SeenTarget {
    SeenTarget::Device(device.license.clone(), device.fingerprint.clone())
}

fn record(store: &Nodes<'_>, seen: &[(SeenTarget, Timestamp)]) {
    store.record_last_seen(seen).expect("the store answers");
}

fn last_used(store: &Nodes<'_>, key: &ApiKeyId) -> Option<Timestamp> {
    let uses = store.last_used(std::slice::from_ref(key));
    uses.expect("the store answers").get(key).copied()
}

fn read(store: &Nodes<'_>, device: &Activation) -> Activation {
    let read = store.activation(&device.license, &device.fingerprint);
    read.expect("the store answers").expect("it is there")
}

/// A later time replaces an earlier one, and an earlier time never replaces a later one, in one
/// call or in several.
pub fn last_seen_only_moves_forward(store: &Nodes<'_>) {
    let (shop, key, device) = shop_key_and_device(store);
    assert_eq!(last_used(store, &key.id), None, "it was never used");
    let at = |seconds| shop.now().plus(Duration::from_secs(seconds));
    for (recorded, seconds, latest) in [
        (&[20][..], 20, 20),
        (&[10], 20, 20),
        (&[25, 40, 30], 40, 40),
        (&[], 40, 40),
    ] {
        let times = recorded.iter().map(|seconds| at(*seconds));
        let seen: Vec<_> = times
            .flat_map(|at| [(of_key(&key), at), (of_device(&device), at)])
            .collect();
        record(store, &seen);
        assert_eq!(last_used(store, &key.id), Some(at(seconds)));
        assert_eq!(read(store, &device).last_seen, at(latest));
    }
}

/// Recording leaves out unknown API keys and activations, which are not created, and released
/// activations, which stay unchanged. Others in the same call are recorded.
pub fn unknown_and_released_targets_are_left_out(store: &Nodes<'_>) {
    let (shop, key, device) = shop_key_and_device(store);
    let license = shop.sold(store).license;
    let mut released = shop.activation(&license);
    released.released_at = Some(shop.now());
    let put = Write::changed(released);
    let released = put.value.clone();
    committed(store, changing(&shop, |it| it.activations.push(put)));
    let unknown = Fingerprint::parse("unknown").expect("a fingerprint");
    let nobody = shop.api_key();
    let at = shop.now().plus(Duration::from_mins(1));
    let seen = [
        of_key(&nobody),
        of_key(&key),
        SeenTarget::Device(license.id.clone(), unknown.clone()),
        of_device(&released),
        of_device(&device),
    ];
    record(store, &seen.map(|what| (what, at)));
    assert_eq!(last_used(store, &nobody.id), None);
    assert_eq!(store.activation(&license.id, &unknown), Ok(None));
    assert_eq!(read(store, &released), released);
    assert_eq!(last_used(store, &key.id), Some(at));
    assert_eq!(read(store, &device).last_seen, at);
}

/// A change of a row that was read before its last-seen time was recorded is not refused, and keeps
/// this time.
pub fn recording_last_seen_refuses_no_change(store: &Nodes<'_>) {
    let (shop, key, device) = shop_key_and_device(store);
    let (mut key, mut device) = (Write::changed(key), Write::changed(device));
    let at = shop.now().plus(Duration::from_mins(1));
    record(
        store,
        &[(of_key(&key.value), at), (of_device(&device.value), at)],
    );
    assert_eq!(read(store, &device.value).version, device.value.version - 1);
    key.value.revoked_at = Some(at);
    device.value.seen(at);
    device.value.released_at = Some(at);
    let (revoked, left) = (key.value.clone(), device.value.clone());
    committed(
        store,
        changing(&shop, |it| {
            it.api_keys.push(key);
            it.activations.push(device);
        }),
    );
    assert_eq!(store.api_key(&revoked.id), Ok(Some(revoked.clone())));
    assert_eq!(last_used(store, &revoked.id), Some(at));
    assert_eq!(read(store, &left), left);
}

/// The time of a management token moves forward only, stays when the token is revoked, and moves no
/// version. An unknown token is left out.
pub fn the_last_use_of_a_token_only_moves_forward(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let token = Write::changed(shop.management_token());
    let (mut revoked, id) = (Write::changed(token.value.clone()), token.value.id.clone());
    committed(store, changing(&shop, |it| it.tokens.push(token)));
    let unknown = shop.management_token().id;
    let at = |seconds| shop.now().plus(Duration::from_secs(seconds));
    let read = || {
        let read = store.token_by_id(&shop.tenant.id, &id);
        read.expect("the store answers").expect("it is there")
    };
    assert_eq!(read().last_used_at, None, "it was never used");
    for (recorded, latest) in [(20, 20), (10, 20), (40, 40)] {
        let seen = [&unknown, &id].map(|id| (SeenTarget::Token(id.clone()), at(recorded)));
        record(store, &seen);
        assert_eq!(read().last_used_at, Some(at(latest)));
    }
    assert_eq!(store.token_by_id(&shop.tenant.id, &unknown), Ok(None));
    revoked.value.last_used_at = read().last_used_at;
    revoked.value.revoked_at = Some(at(50));
    let expected = revoked.value.clone();
    committed(store, changing(&shop, |it| it.tokens.push(revoked)));
    assert_eq!(read(), expected);
}

/// When many callers record at the same moment, in any order, the latest time of each target is
/// kept.
pub fn concurrent_records_of_last_seen_keep_the_latest(store: &Nodes<'_>) {
    let (shop, key, device) = shop_key_and_device(store);
    let license = shop.sold(store).license;
    let other = Write::changed(shop.activation(&license));
    let things = [of_key(&key), of_device(&device), of_device(&other.value)];
    committed(store, changing(&shop, |it| it.activations.push(other)));
    let at = |seconds: usize| {
        let seconds = u64::try_from(seconds).expect("small");
        shop.now().plus(Duration::from_secs(seconds))
    };
    at_once(16, |nth| {
        let mut seen = things.clone().map(|what| (what, at(nth)));
        if nth % 2 == 0 {
            seen.reverse();
        }
        record(store, &seen);
    });
    assert_eq!(last_used(store, &key.id), Some(at(15)));
    assert_eq!(read(store, &device).last_seen, at(15));
}
