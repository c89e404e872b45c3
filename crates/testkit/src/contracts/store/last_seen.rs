//! When API keys and devices were last seen.

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

/// A shop, an API key of it, and an active device of a license that it sold.
fn known(store: &Nodes<'_>) -> (Shop, ApiKey, Activation) {
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

fn touch(store: &Nodes<'_>, seen: &[(SeenTarget, Timestamp)]) {
    store.record_last_seen(seen).expect("the store answers");
}

fn last_use(store: &Nodes<'_>, key: &ApiKeyId) -> Option<Timestamp> {
    let uses = store.last_used(std::slice::from_ref(key));
    uses.expect("the store answers").get(key).copied()
}

fn read(store: &Nodes<'_>, device: &Activation) -> Activation {
    let read = store.activation(&device.license, &device.fingerprint);
    read.expect("the store answers").expect("it is there")
}

/// A later time takes the place of an earlier one, and not the other way round; of several
/// last_seen of one thing the latest counts.
pub fn a_sighting_moves_a_time_forward_only(store: &Nodes<'_>) {
    let (shop, key, device) = known(store);
    assert_eq!(last_use(store, &key.id), None, "it was never used");
    let at = |seconds| shop.now().plus(Duration::from_secs(seconds));
    for (sighted, seconds, latest) in [
        (&[20][..], 20, 20),
        (&[10], 20, 20),
        (&[25, 40, 30], 40, 40),
        (&[], 40, 40),
    ] {
        let times = sighted.iter().map(|seconds| at(*seconds));
        let seen: Vec<_> = times
            .flat_map(|at| [(of_key(&key), at), (of_device(&device), at)])
            .collect();
        touch(store, &seen);
        assert_eq!(last_use(store, &key.id), Some(at(seconds)));
        assert_eq!(read(store, &device).last_seen, at(latest));
    }
}

/// Keys and devices that are not there do not come to be, and one that is released stays as it was
/// left; beside them, others are seen.
pub fn what_is_not_there_is_not_seen(store: &Nodes<'_>) {
    let (shop, key, device) = known(store);
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
    touch(store, &seen.map(|what| (what, at)));
    assert_eq!(last_use(store, &nobody.id), None);
    assert_eq!(store.activation(&license.id, &unknown), Ok(None));
    assert_eq!(read(store, &released), released);
    assert_eq!(last_use(store, &key.id), Some(at));
    assert_eq!(read(store, &device).last_seen, at);
}

/// A change of what was read before it was seen is not refused, and leaves the last use alone.
pub fn a_sighting_disturbs_no_change(store: &Nodes<'_>) {
    let (shop, key, device) = known(store);
    let (mut key, mut device) = (Write::changed(key), Write::changed(device));
    let at = shop.now().plus(Duration::from_mins(1));
    touch(
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
    assert_eq!(last_use(store, &revoked.id), Some(at));
    assert_eq!(read(store, &left), left);
}

/// Whoever sees many things at once, in whichever order, the latest of each is kept.
pub fn sightings_of_many_at_once_keep_the_latest(store: &Nodes<'_>) {
    let (shop, key, device) = known(store);
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
        touch(store, &seen);
    });
    assert_eq!(last_use(store, &key.id), Some(at(15)));
    assert_eq!(read(store, &device).last_seen, at(15));
}
