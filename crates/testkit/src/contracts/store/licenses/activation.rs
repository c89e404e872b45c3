//! Activations: a device has one activation on a license, within the license's limit.

use mintage_domain::base::id::ActivationId;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::{CommitError, KeyQuery, ValidateQuery};
use serde_json::json;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, NAMES, each_overwrites};
use crate::contracts::store::written::{assert_absent, assert_written};
use crate::fixtures::{Sale, Shop, text};

/// The changes that add to the number of a license's active activations, within a cap.
fn counting(shop: &Shop, license: &License, add: i64, cap: i64) -> Changes {
    changing(shop, |it| {
        it.counters.push(Count {
            counter: Counter::of_activations(license),
            add,
            cap: Some(cap),
        });
    })
}

/// The changes that activate a license on a device, within a cap.
fn activating(shop: &Shop, license: &License, activation: &Activation, cap: i64) -> Changes {
    let mut changes = counting(shop, license, 1, cap);
    changes.activations.push(Write::changed(activation.clone()));
    changes
}

fn key_query(license: &License) -> KeyQuery {
    KeyQuery {
        tenant: license.tenant.clone(),
        product: license.product.clone(),
        mode: license.mode,
        hashes: vec![license.key_hash],
    }
}

/// The number of a license's active activations, which both reads of the license return.
#[track_caller]
fn active(store: &Nodes<'_>, shop: &Shop, license: &License) -> u32 {
    let key = key_query(license);
    let known = store.license_of_key(&key).expect("the store answers");
    let nonce = Some(shop.nonce(&shop.api_key()));
    let read = store.validate(ValidateQuery { nonce, key });
    assert_eq!(read.expect("the store answers").license, known);
    known.expect("it was sold").activations
}

/// Activations with every field set and with optional fields empty, active and released, read back
/// unchanged.
pub fn an_activation_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let first = Activation {
        fingerprint: Fingerprint::parse(&"🗝".repeat(64)).expect("256 bytes"),
        ..shop.activation(&license)
    };
    let facts = json!({ "källa": "mässa", "n": i64::MAX, "x": [1.5, null, { "deep": "\u{0}" }] });
    let full = Activation {
        mode: Mode::Sandbox,
        hostname: Some(text(NAMES[1])),
        os: Some(text(NAMES[2])),
        metadata: Metadata::parse(facts.as_object().cloned().unwrap_or_default())
            .expect("it is small"),
        last_seen: INSTANTS[2],
        released_at: Some(INSTANTS[3]),
        ..first.clone()
    };
    let empty = Activation {
        hostname: Some(text("")),
        os: Some(text("")),
        first_seen: INSTANTS[0],
        ..first.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.activations, [first, full, empty]);
}

/// The activations of a license are listed in pages, without those of other licenses.
pub fn activations_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let [license, other] = [shop.sold(store), shop.sold(store)].map(|sale| sale.license);
    let elsewhere = Write::changed(shop.activation(&other));
    committed(store, changing(&shop, |it| it.activations.push(elsewhere)));
    let activations = at_moments(
        store,
        &shop,
        |_| shop.activation(&license),
        |it, activation| it.activations.push(Write::changed(activation.clone())),
    );
    let place = |it: &Activation| (it.first_seen, it.id.to_string());
    assert_paged(
        &|page| store.activations(&shop.tenant.id, &license.id, page),
        &place,
        activations.iter().map(place).collect(),
    );
}

/// A device has one activation on a license and may have one on another. An activation id belongs
/// to one license.
pub fn a_device_has_one_activation_on_a_license(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let [one, other] = [shop.sold(store), shop.sold(store)].map(|sale| sale.license);
    let first = shop.activation(&one);
    committed(store, activating(&shop, &one, &first, 9));
    let again = Activation {
        fingerprint: first.fingerprint.clone(),
        ..shop.activation(&one)
    };
    assert_eq!(
        refused(store, activating(&shop, &one, &again, 9)),
        Refusal::Exists(first.row())
    );
    let elsewhere = Activation {
        license: other.id.clone(),
        ..again
    };
    let changes = activating(&shop, &other, &elsewhere, 9);
    committed(store, changes.clone());
    assert_written(store, &changes);
    for (license, id, found) in [
        (&one.id, &first.id, true),
        (&other.id, &elsewhere.id, true),
        (&other.id, &first.id, false),
        (&one.id, &elsewhere.id, false),
        (&one.id, &unknown(&shop), false),
    ] {
        let read = store.activation_by_id(license, id);
        let read = read.expect("the store answers");
        assert_eq!(read.is_some_and(|it| it.id == *id), found, "{license} {id}");
    }
    assert_eq!(active(store, &shop, &one), 1);
}

fn unknown(shop: &Shop) -> ActivationId {
    let license = shop.license(&shop.customer());
    shop.activation(&license).id
}

/// Of 32 activations at the same moment, as many succeed as the license allows. Each deactivation
/// makes room for one. A refused activation writes nothing.
pub fn of_many_devices_at_once_as_many_are_active_as_may_be(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let full = CommitError::Refused(Refusal::Full {
        counter: Counter::of_activations(&license),
        cap: 3,
    });
    for (admitted, used) in [(3, 3), (1, 3)] {
        let asking: Vec<Changes> = (0..32)
            .map(|_| activating(&shop, &license, &shop.activation(&license), 3))
            .collect();
        let outcomes = at_once(asking.len(), |i| store.commit(asking[i].clone()));
        let mut activated = 0;
        for (changes, outcome) in asking.iter().zip(outcomes) {
            match outcome {
                Ok(_) => {
                    activated += 1;
                    assert_written(store, changes);
                }
                Err(refused) => {
                    assert_eq!(refused, full);
                    assert_absent(store, changes);
                }
            }
        }
        assert_eq!(activated, admitted);
        assert_eq!(active(store, &shop, &license), used);
        committed(store, counting(&shop, &license, -1, 3));
        assert_eq!(active(store, &shop, &license), used - 1);
    }
}

/// Each license has its own number of activations.
pub fn each_license_counts_its_own_activations(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sales: [Sale; 3] = [(); 3].map(|()| shop.sold(store));
    for (devices, sale) in (0..).zip(&sales) {
        for _ in 0..devices {
            let activation = shop.activation(&sale.license);
            committed(store, activating(&shop, &sale.license, &activation, 9));
        }
    }
    let counted = sales.map(|sale| active(store, &shop, &sale.license));
    assert_eq!(counted, [0, 1, 2]);
}
