//! Restricted keys and the coupons of their probes.

use std::time::Duration;

use mintage_domain::base::id::StripeEndpointId;
use mintage_domain::base::mode::Mode;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::model::stripe::restricted_key::{
    ConnectedKey, FormerKey, KeyHealth, OwnEndpoint, ProbeCoupon, RestrictedKey,
};
use mintage_domain::ports::CommitError;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

fn endpoint_id() -> StripeEndpointId {
    StripeEndpointId::parse("we_1").expect("an id")
}

/// Keys in each state read back unchanged: connected with an endpoint in each state, well and not, left, with and
/// without a former key.
pub fn a_restricted_key_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let key = shop.restricted_key();
    let connected = key.connected.clone().expect("it is connected");
    let unwell = ConnectedKey {
        endpoint: OwnEndpoint::Pending,
        excess: ExcessPermission::ALL.to_vec(),
        health: KeyHealth {
            since: Some(INSTANTS[0]),
            missing: KeyPermission::ALL.to_vec(),
            is_refused: false,
            checked_at: INSTANTS[3],
        },
        connected_at: INSTANTS[2],
        ..connected.clone()
    };
    let refused = ConnectedKey {
        endpoint: OwnEndpoint::NoRoom,
        health: KeyHealth {
            since: Some(shop.now()),
            missing: vec![],
            is_refused: true,
            checked_at: shop.now(),
        },
        ..connected.clone()
    };
    let former = |endpoint| FormerKey {
        sealed_key: connected.sealed_key.clone(),
        endpoint,
        until: shop.now(),
    };
    let table = [
        (Some(connected.clone()), None, None),
        (Some(unwell), Some(former(None)), Some(INSTANTS[0])),
        (Some(refused), None, Some(INSTANTS[3])),
        (None, Some(former(Some(endpoint_id()))), Some(shop.now())),
        (None, None, None),
    ];
    let rows = table.map(|(connected, former, due_at)| RestrictedKey {
        connected,
        former,
        due_at,
        ..key.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.restricted_keys, rows);
    let other = match shop.mode {
        Mode::Sandbox => Mode::Live,
        Mode::Live => Mode::Sandbox,
    };
    assert_eq!(store.restricted_key(&shop.tenant.id, other), Ok(None));
}

/// A coupon reads back unchanged until it is removed.
pub fn a_probe_coupon_reads_back_until_it_is_removed(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let coupon = shop.probe_coupon();
    let orphan = ProbeCoupon {
        is_orphan: true,
        retry_at: INSTANTS[3],
        ..coupon.clone()
    };
    let id = coupon.id.clone();
    each_overwrites(store, &shop, |it| &mut it.probe_coupons, [coupon, orphan]);
    let removed = id.clone();
    committed(
        store,
        changing(&shop, |it| it.removed_probe_coupons.push(removed)),
    );
    assert_eq!(store.probe_coupon(&id), Ok(None));
}

/// Of two commits that read the same version of a key, one is refused.
pub fn a_key_is_written_under_its_version(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let write = Write::changed(shop.restricted_key());
    let read = write.value.clone();
    committed(store, changing(&shop, |it| it.restricted_keys.push(write)));
    let change = || {
        let left = RestrictedKey {
            connected: None,
            ..read.clone()
        };
        changing(&shop, |it| it.restricted_keys.push(Write::changed(left)))
    };
    committed(store, change());
    let refused = store.commit(change());
    assert!(
        matches!(refused, Err(CommitError::Refused(_))),
        "{refused:?}"
    );
}

/// Keys are found from the time on at which they are due, the longest due first, at most `n`.
pub fn due_keys_are_found(store: &Nodes<'_>) {
    let shops = ["one", "two", "three"].map(|slug| Shop::opened(store, slug));
    let now = shops[0].now();
    let due = [Some(now), Some(now.plus(Duration::from_secs(1))), None];
    for (shop, due_at) in shops.iter().zip(due) {
        let key = RestrictedKey {
            due_at,
            ..shop.restricted_key()
        };
        each_comes_back(store, shop, |it| &mut it.restricted_keys, [key]);
    }
    let found = |at, n| -> Vec<String> {
        let found = store.restricted_keys_due(at, n);
        let found = found.expect("the store answers").into_iter();
        found.map(|it| it.tenant.to_string()).collect()
    };
    let later = now.plus(Duration::from_secs(1));
    assert_eq!(found(now.minus(Duration::from_micros(1)), 10), [""; 0]);
    assert_eq!(found(now, 10), ["one"]);
    assert_eq!(found(later, 10), ["one", "two"]);
    assert_eq!(found(later, 1), ["one"]);
}

/// Connected keys that need attention are found, ordered by tenant, at most `n`.
pub fn keys_that_need_attention_are_found(store: &Nodes<'_>) {
    for (slug, is_well) in [("bob", false), ("acme", false), ("cora", true)] {
        let shop = Shop::opened(store, slug);
        let mut key = shop.restricted_key();
        if let Some(connected) = &mut key.connected {
            connected.health.since = (!is_well).then(|| shop.now());
            connected.health.is_refused = !is_well;
        }
        each_comes_back(store, &shop, |it| &mut it.restricted_keys, [key]);
    }
    let found = |n| -> Vec<String> {
        let found = store.unhealthy_keys(n).expect("the store answers");
        found.into_iter().map(|it| it.tenant.to_string()).collect()
    };
    assert_eq!(found(10), ["acme", "bob"]);
    assert_eq!(found(1), ["acme"]);
}

/// Connected keys are listed page by page, each once, and one that is not connected is left out.
pub fn connected_keys_are_listed_in_pages(store: &Nodes<'_>) {
    for slug in ["bob", "acme", "acme-2", "cora"] {
        let shop = Shop::opened(store, slug);
        let mut key = shop.restricted_key();
        if slug == "cora" {
            key.connected = None;
        }
        each_comes_back(store, &shop, |it| &mut it.restricted_keys, [key]);
    }
    let mut found: Vec<RestrictedKey> = Vec::new();
    loop {
        let last = found.last().map(|it| (it.tenant.clone(), it.mode));
        let after = last.as_ref().map(|(tenant, mode)| (tenant, *mode));
        let page = store.connected_keys(after, 2).expect("the store answers");
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    let mut tenants: Vec<String> = found.iter().map(|it| it.tenant.to_string()).collect();
    tenants.sort();
    assert_eq!(tenants, ["acme", "acme-2", "bob"]);
}

/// Coupons are found from the time on at which their deletion is tried, the longest due first.
pub fn due_coupons_are_found(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let now = shop.now();
    let later = now.plus(Duration::from_secs(1));
    let [second, first] = [later, now].map(|retry_at| ProbeCoupon {
        retry_at,
        ..shop.probe_coupon()
    });
    let ids = [first.id.clone(), second.id.clone()];
    each_comes_back(store, &shop, |it| &mut it.probe_coupons, [second, first]);
    let found = |at, n| -> Vec<_> {
        let found = store.probe_coupons_due(at, n);
        let found = found.expect("the store answers").into_iter();
        found.map(|it| it.id).collect()
    };
    assert_eq!(found(now.minus(Duration::from_micros(1)), 10), Vec::new());
    assert_eq!(found(now, 10), ids[..1]);
    assert_eq!(found(later, 10), ids);
    assert_eq!(found(later, 1), ids[..1]);
}

/// Coupons that could not be deleted are found, of all tenants and of one tenant in a mode.
pub fn orphan_coupons_are_found(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let orphan = |shop: &Shop, is_orphan| ProbeCoupon {
        is_orphan,
        ..shop.probe_coupon()
    };
    let rows = [
        orphan(&shop, true),
        orphan(&shop, false),
        orphan(&other, true),
    ];
    let ids = rows.each_ref().map(|it| it.id.clone());
    each_comes_back(store, &shop, |it| &mut it.probe_coupons, rows);
    let found = |of, n| -> Vec<_> {
        let found = store.orphan_coupons(of, n).expect("the store answers");
        found.into_iter().map(|it| it.id).collect()
    };
    let [own, _, of_other] = &ids;
    assert_eq!(
        found(Some((&shop.tenant.id, shop.mode)), 10),
        std::slice::from_ref(own)
    );
    let mut all = found(None, 10);
    all.sort();
    let mut expected = vec![own.clone(), of_other.clone()];
    expected.sort();
    assert_eq!(all, expected);
    assert_eq!(found(None, 1).len(), 1);
}
