use std::time::Duration;

use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Guarded;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::activation::{Activation, Device, Fingerprint};
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, RevocationReason, Standing};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{
    Activations, AuditFilter, Audits, Commit, KeyQuery, ValidateQuery, Validations,
};
use mintage_domain::usecase::commit_loop::{Decision, settle};
use mintage_domain::usecase::licenses::activation::{
    Activated, ActivationError, ActivationSelector, ActivationUsage, Heartbeat, activate,
    deactivate, heartbeat, release,
};
use mintage_domain::usecase::licenses::validate::Reason;
use serde_json::json;

use crate::seller::Seller;

/// A seller with a license for three devices.
struct Sold {
    seller: Seller,
    license: License,
}

fn fingerprint(text: &str) -> Fingerprint {
    Fingerprint::parse(text).unwrap()
}

/// A device that tells nothing but its fingerprint.
fn device(name: &str) -> Device {
    Device {
        fingerprint: fingerprint(name),
        hostname: None,
        os: None,
        metadata: None,
    }
}

impl Sold {
    fn new() -> Self {
        let seller = Seller::on_sale();
        let license = seller.sell().license;
        Self { seller, license }
    }

    /// A call about the license under a signature of its own.
    fn call(&self) -> ValidateQuery {
        let shop = &self.seller.shop;
        ValidateQuery {
            nonce: Some(shop.nonce(&shop.api_key())),
            key: KeyQuery {
                tenant: self.license.tenant.clone(),
                product: self.license.product.clone(),
                mode: self.license.mode,
                hashes: vec![self.license.key_hash],
            },
        }
    }

    fn activate(&self, device: &Device) -> Activated {
        self.activate_by(&self.call(), device).unwrap()
    }

    fn activate_by(
        &self,
        call: &ValidateQuery,
        device: &Device,
    ) -> Result<Activated, ActivationError> {
        let (store, env) = (&*self.seller.store, self.seller.env());
        settle(store, |refused| {
            activate(store, &env, call, device, refused)
        })
    }

    /// Activates a device that must be let in; returns its id and how many are.
    fn active(&self, device: &Device) -> (ActivationId, u32) {
        match self.activate(device) {
            Activated::Active(id, ActivationUsage { used, max: 3 }) => (id, used),
            other => panic!("not activated: {other:?}"),
        }
    }

    fn heartbeat(&self, name: &str) -> Heartbeat {
        let (store, env, call) = (&*self.seller.store, self.seller.env(), self.call());
        let device = fingerprint(name);
        let heard = settle(store, |refused| {
            heartbeat(store, &env, &call, &device, refused)
        });
        heard.unwrap()
    }

    fn deactivate(&self, which: &ActivationSelector) -> bool {
        let (store, env, call) = (&*self.seller.store, self.seller.env(), self.call());
        let given_back = settle(store, |refused| {
            deactivate(store, &env, &call, which, refused)
        });
        given_back.unwrap()
    }

    fn used(&self) -> u32 {
        let known = self.seller.store.license_of_key(&self.call().key);
        known.unwrap().unwrap().activations
    }

    fn known(&self, name: &str) -> Activation {
        let store = &self.seller.store;
        let known = store.activation(&self.license.id, &fingerprint(name));
        known.unwrap().unwrap()
    }

    fn pass(&self, time: Duration) {
        let clock = &self.seller.shop.env.clock;
        clock.advance(time);
    }

    fn stands(&self, standing: Standing) {
        let store = &self.seller.store;
        let current = store.license_of_key(&self.call().key).unwrap().unwrap();
        let mut changes = self.seller.shop.changes();
        changes.licenses.push(Write::changed(License {
            standing,
            ..current.record.license
        }));
        store.commit(changes).unwrap();
    }
}

#[test]
fn a_license_takes_as_many_devices_as_its_limit_and_each_keeps_its_slot() {
    let sold = Sold::new();
    let first = sold.active(&device("a"));
    assert_eq!(first.1, 1);
    assert_eq!(sold.active(&device("a")), first, "the same slot");
    assert_eq!(sold.active(&device("b")).1, 2);
    assert_eq!(sold.active(&device("c")).1, 3);
    let full = Activated::Full(ActivationUsage { used: 3, max: 3 });
    assert_eq!(sold.activate(&device("d")), full);
    assert_eq!(sold.active(&device("a")), (first.0, 3), "it is in already");
    assert_eq!(sold.used(), 3);
    let nobody = fingerprint("d");
    let known = sold.seller.store.activation(&sold.license.id, &nobody);
    assert_eq!(known, Ok(None), "a device that was turned away is not kept");
}

#[test]
fn a_slot_is_given_back_once_and_taken_again_by_whoever_comes() {
    let sold = Sold::new();
    let ids = ["a", "b", "c"].map(|name| sold.active(&device(name)).0);
    let by_name = ActivationSelector::Fingerprint(fingerprint("a"));
    assert!(sold.deactivate(&by_name));
    assert!(!sold.deactivate(&by_name));
    assert!(!sold.deactivate(&ActivationSelector::Id(ids[0].clone())));
    assert_eq!(sold.used(), 2);
    assert_eq!(sold.active(&device("d")).1, 3);
    let full = Activated::Full(ActivationUsage { used: 3, max: 3 });
    assert_eq!(sold.activate(&device("a")), full, "its slot is gone");
    assert!(sold.deactivate(&ActivationSelector::Id(ids[1].clone())));
    assert_eq!(
        sold.active(&device("a")),
        (ids[0].clone(), 3),
        "known again"
    );
    assert!(sold.known("a").is_active());
    for unknown in [
        ActivationSelector::Fingerprint(fingerprint("A")),
        ActivationSelector::Id(ActivationId::parse("act_none").unwrap()),
    ] {
        assert!(!sold.deactivate(&unknown));
    }
    assert_eq!(sold.used(), 3);
}

#[test]
fn what_a_device_tells_is_kept_and_what_it_does_not_tell_stays() {
    let sold = Sold::new();
    let metadata = |value: serde_json::Value| Metadata::parse(value.as_object().unwrap().clone());
    let told = Device {
        hostname: Some("alices-mac".to_owned()),
        os: Some("macOS 15".to_owned()),
        metadata: Some(metadata(json!({"version": "1"})).unwrap()),
        ..device("a")
    };
    sold.active(&told);
    let first = sold.known("a");
    sold.pass(Duration::from_mins(1));
    sold.active(&device("a"));
    let mut seen = first.clone();
    seen.last_seen = sold.seller.shop.now();
    seen.version += 1;
    assert_eq!(sold.known("a"), seen);
    let moved = Device {
        hostname: Some("alices-new-mac".to_owned()),
        metadata: Some(Metadata::default()),
        ..device("a")
    };
    sold.active(&moved);
    let known = sold.known("a");
    assert_eq!(
        (known.hostname, known.os, known.metadata),
        (moved.hostname, told.os, Metadata::default())
    );
    assert_eq!(known.first_seen, first.first_seen);
}

#[test]
fn only_an_active_device_of_a_good_license_has_a_heartbeat() {
    let sold = Sold::new();
    assert_eq!(sold.heartbeat("a"), Heartbeat::NotActivated);
    sold.active(&device("a"));
    sold.pass(Duration::from_mins(10));
    let now = sold.seller.shop.now();
    assert_eq!(sold.heartbeat("a"), Heartbeat::Seen(now));
    assert_eq!(sold.known("a").last_seen, now);
    assert_eq!(sold.heartbeat("b"), Heartbeat::NotActivated);
    sold.deactivate(&ActivationSelector::Fingerprint(fingerprint("a")));
    assert_eq!(sold.heartbeat("a"), Heartbeat::NotActivated);
    assert_eq!(sold.known("a").last_seen, now);
}

#[test]
fn a_license_that_is_not_good_takes_no_device_but_gives_its_slots_back() {
    let sold = Sold::new();
    let now = sold.seller.shop.now();
    let mut held = Standing::new(None);
    held.hold(HoldCause::Admin);
    let mut revoked = Standing::new(None);
    revoked.revoke(RevocationReason::Admin, now);
    for (name, standing, reason) in [
        ("a", Standing::new(Some(now)), Reason::Expired),
        ("b", held, Reason::Frozen),
        ("c", revoked, Reason::Revoked),
    ] {
        sold.stands(Standing::new(None));
        sold.active(&device(name));
        sold.stands(standing);
        let refused = Activated::Refused(reason);
        assert_eq!(sold.activate(&device(name)), refused);
        assert_eq!(sold.activate(&device("new")), refused);
        assert_eq!(sold.heartbeat(name), Heartbeat::Refused(reason));
        assert!(sold.deactivate(&ActivationSelector::Fingerprint(fingerprint(name))));
        assert_eq!(sold.used(), 0);
    }
    let mut call = sold.call();
    call.key.hashes = vec![KeyHash::from_bytes([9; 32])];
    assert_eq!(
        sold.activate_by(&call, &device("a")),
        Ok(Activated::Refused(Reason::NotFound))
    );
}

#[test]
fn a_signature_is_used_up_whatever_is_answered() {
    let sold = Sold::new();
    let full = ["a", "b", "c", "d"].map(|name| {
        let call = sold.call();
        let answer = sold.activate_by(&call, &device(name)).unwrap();
        assert_eq!(matches!(answer, Activated::Full(_)), name == "d");
        call
    });
    sold.deactivate(&ActivationSelector::Fingerprint(fingerprint("a")));
    for call in full {
        let again = sold.activate_by(&call, &device("d"));
        assert_eq!(again, Err(ActivationError::Replayed));
    }
    assert_eq!(sold.used(), 2);
}

#[test]
fn a_device_that_was_seen_meanwhile_does_not_stand_in_its_own_way() {
    let sold = Sold::new();
    sold.active(&device("a"));
    let stale = Refusal::Stale(sold.known("a").row());
    let (store, env, call) = (&*sold.seller.store, sold.seller.env(), sold.call());
    let writes = |device: &Device, refused: Option<&Refusal>| match activate(
        store, &env, &call, device, refused,
    )
    .unwrap()
    {
        Decision::Commit(changes, _) => changes.activations.len(),
        Decision::Answer(_) => panic!("a signature is used up"),
    };
    assert_eq!(writes(&device("a"), None), 1);
    assert_eq!(writes(&device("a"), Some(&stale)), 0);
    let data = Device {
        os: Some("Plan 9".to_owned()),
        ..device("a")
    };
    assert_eq!(writes(&data, Some(&stale)), 1, "what is new is written");
    assert_eq!(writes(&device("b"), Some(&stale)), 1, "a slot is taken");
}

#[test]
fn a_seller_releases_a_device_once_and_it_is_written_down() {
    let sold = Sold::new();
    let (id, _) = sold.active(&device("a"));
    let (store, env) = (&*sold.seller.store, sold.seller.env());
    let release_of = |license: &LicenseId, id: &ActivationId| {
        release(
            store,
            &env,
            sold.seller.tenant(),
            (license, id),
            &Actor::Operator,
        )
    };
    let elsewhere = sold.seller.sell().license;
    let unknown = ActivationId::parse("act_none").unwrap();
    for (license, id) in [(&elsewhere.id, &id), (&sold.license.id, &unknown)] {
        assert_eq!(release_of(license, id), Err(ActivationError::NotFound));
    }
    let released = release_of(&sold.license.id, &id).unwrap();
    assert_eq!(released, sold.known("a"));
    assert_eq!(released.released_at, Some(sold.seller.shop.now()));
    let again = release_of(&sold.license.id, &id);
    assert_eq!(again, Err(ActivationError::AlreadyReleased));
    assert_eq!(sold.used(), 0);
    let filter = AuditFilter {
        action: Some("activation.released".to_owned()),
        ..AuditFilter::default()
    };
    let entries = store.audit(sold.seller.tenant(), &filter, &PageRequest::default());
    let entries = entries.unwrap().items.into_iter();
    assert_eq!(
        entries.map(|it| it.target).collect::<Vec<_>>(),
        [id.as_str()]
    );
}

#[test]
fn a_call_without_a_signature_may_be_made_again_and_where_nothing_changes_commits_nothing() {
    let sold = Sold::new();
    let unsigned = ValidateQuery {
        nonce: None,
        ..sold.call()
    };
    let ask = |call: &ValidateQuery, name: &str| {
        let (store, env) = (&*sold.seller.store, sold.seller.env());
        activate(store, &env, call, &device(name), None).unwrap()
    };
    for _ in 0..2 {
        let activated = sold.activate_by(&unsigned, &device("a")).unwrap();
        assert!(matches!(
            activated,
            Activated::Active(_, ActivationUsage { used: 1, max: 3 })
        ));
    }
    for name in ["b", "c"] {
        sold.active(&device(name));
    }
    let full = Activated::Full(ActivationUsage { used: 3, max: 3 });
    assert!(matches!(ask(&unsigned, "d"), Decision::Answer(answer) if answer == full));
    assert!(matches!(ask(&sold.call(), "d"), Decision::Commit(..)));
    let unknown = ValidateQuery {
        key: KeyQuery {
            hashes: vec![KeyHash::from_bytes([9; 32])],
            ..unsigned.key
        },
        nonce: None,
    };
    let refused = Activated::Refused(Reason::NotFound);
    assert!(matches!(ask(&unknown, "a"), Decision::Answer(answer) if answer == refused));
}
