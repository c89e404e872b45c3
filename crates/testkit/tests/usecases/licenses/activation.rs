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
use mintage_domain::model::licenses::term::Days;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{
    Activations, AuditFilter, Audits, Commit, KeyQuery, Licenses, ValidateQuery, Validations,
};
use mintage_domain::usecase::commit_loop::{Decision, settle};
use mintage_domain::usecase::licenses::activation::{
    Activated, ActivationError, ActivationSelector, ActivationUsage, Heartbeat, activate,
    deactivate, heartbeat, release,
};
use mintage_domain::usecase::licenses::validate::Reason;
use mintage_testkit::fixtures::text;
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

/// A device that sends only its fingerprint.
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

    /// A query for the license with a new signature.
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

    /// Activates the license on a device, which must succeed; returns the activation's id and the
    /// number in use.
    fn active(&self, device: &Device) -> (ActivationId, u32) {
        match self.activate(device) {
            Activated::Active(id, ActivationUsage { used, max: 3 }) => (id, used),
            other => panic!("not activated: {other:?}"),
        }
    }

    fn heartbeat(&self, name: &str) -> Heartbeat {
        let (store, env, call) = (&*self.seller.store, self.seller.env(), self.call());
        let device = fingerprint(name);
        let result = settle(store, |refused| {
            heartbeat(store, &env, &call, &device, refused)
        });
        result.unwrap()
    }

    fn deactivate(&self, which: &ActivationSelector) -> bool {
        let (store, env, call) = (&*self.seller.store, self.seller.env(), self.call());
        let deactivated = settle(store, |refused| {
            deactivate(store, &env, &call, which, refused)
        });
        deactivated.unwrap()
    }

    fn used(&self) -> u32 {
        let found = self.seller.store.license_of_key(&self.call().key);
        found.unwrap().unwrap().activations
    }

    fn activation(&self, name: &str) -> Activation {
        let store = &self.seller.store;
        let found = store.activation(&self.license.id, &fingerprint(name));
        found.unwrap().unwrap()
    }

    fn pass(&self, time: Duration) {
        let clock = &self.seller.shop.env.clock;
        clock.advance(time);
    }

    fn set_standing(&self, standing: Standing) {
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
fn a_license_is_activated_on_as_many_devices_as_its_limit_and_each_keeps_its_activation() {
    let sold = Sold::new();
    let first = sold.active(&device("a"));
    assert_eq!(first.1, 1);
    assert_eq!(sold.active(&device("a")), first, "the same activation");
    assert_eq!(sold.active(&device("b")).1, 2);
    assert_eq!(sold.active(&device("c")).1, 3);
    let full = Activated::Full(ActivationUsage { used: 3, max: 3 });
    assert_eq!(sold.activate(&device("d")), full);
    assert_eq!(
        sold.active(&device("a")),
        (first.0, 3),
        "it is activated already"
    );
    assert_eq!(sold.used(), 3);
    let nobody = fingerprint("d");
    let found = sold.seller.store.activation(&sold.license.id, &nobody);
    assert_eq!(found, Ok(None), "a device that was turned away is not kept");
}

#[test]
fn a_device_is_deactivated_once_and_another_can_be_activated() {
    let sold = Sold::new();
    let ids = ["a", "b", "c"].map(|name| sold.active(&device(name)).0);
    let by_name = ActivationSelector::Fingerprint(fingerprint("a"));
    assert!(sold.deactivate(&by_name));
    assert!(!sold.deactivate(&by_name));
    assert!(!sold.deactivate(&ActivationSelector::Id(ids[0].clone())));
    assert_eq!(sold.used(), 2);
    assert_eq!(sold.active(&device("d")).1, 3);
    let full = Activated::Full(ActivationUsage { used: 3, max: 3 });
    assert_eq!(
        sold.activate(&device("a")),
        full,
        "another device has its place"
    );
    assert!(sold.deactivate(&ActivationSelector::Id(ids[1].clone())));
    assert_eq!(
        sold.active(&device("a")),
        (ids[0].clone(), 3),
        "the same id again"
    );
    assert!(sold.activation("a").is_active());
    for unknown in [
        ActivationSelector::Fingerprint(fingerprint("A")),
        ActivationSelector::Id(ActivationId::parse("act_none").unwrap()),
    ] {
        assert!(!sold.deactivate(&unknown));
    }
    assert_eq!(sold.used(), 3);
}

#[test]
fn what_a_device_sends_is_stored_and_what_it_does_not_send_stays() {
    let sold = Sold::new();
    let metadata = |value: serde_json::Value| Metadata::parse(value.as_object().unwrap().clone());
    let full = Device {
        hostname: Some(text("alices-mac")),
        os: Some(text("macOS 15")),
        metadata: Some(metadata(json!({"version": "1"})).unwrap()),
        ..device("a")
    };
    sold.active(&full);
    let first = sold.activation("a");
    sold.pass(Duration::from_mins(1));
    sold.active(&device("a"));
    let mut expected = first.clone();
    expected.last_seen = sold.seller.shop.now();
    expected.version += 1;
    assert_eq!(sold.activation("a"), expected);
    let moved = Device {
        hostname: Some(text("alices-new-mac")),
        metadata: Some(Metadata::default()),
        ..device("a")
    };
    sold.active(&moved);
    let activation = sold.activation("a");
    assert_eq!(
        (activation.hostname, activation.os, activation.metadata),
        (moved.hostname, full.os, Metadata::default())
    );
    assert_eq!(activation.first_seen, first.first_seen);
}

#[test]
fn only_an_active_device_of_a_good_license_has_a_heartbeat() {
    let sold = Sold::new();
    assert_eq!(sold.heartbeat("a"), Heartbeat::NotActivated);
    sold.active(&device("a"));
    sold.pass(Duration::from_mins(10));
    let now = sold.seller.shop.now();
    assert_eq!(sold.heartbeat("a"), Heartbeat::Seen(now));
    assert_eq!(sold.activation("a").last_seen, now);
    assert_eq!(sold.heartbeat("b"), Heartbeat::NotActivated);
    sold.deactivate(&ActivationSelector::Fingerprint(fingerprint("a")));
    assert_eq!(sold.heartbeat("a"), Heartbeat::NotActivated);
    assert_eq!(sold.activation("a").last_seen, now);
}

#[test]
fn an_invalid_license_is_not_activated_but_can_be_deactivated() {
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
        sold.set_standing(Standing::new(None));
        sold.active(&device(name));
        sold.set_standing(standing);
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
fn a_device_that_was_seen_meanwhile_is_still_activated() {
    let sold = Sold::new();
    sold.active(&device("a"));
    let stale = Refusal::Stale(sold.activation("a").row());
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
        os: Some(text("Plan 9")),
        ..device("a")
    };
    assert_eq!(writes(&data, Some(&stale)), 0, "one of a crowd has written");
    sold.seller.shop.env.clock.advance(Duration::from_secs(1));
    assert_eq!(writes(&data, Some(&stale)), 1, "what is new is written");
    assert_eq!(
        writes(&device("b"), Some(&stale)),
        1,
        "an activation is written"
    );
}

#[test]
fn a_seller_releases_a_device_once_and_the_audit_trail_has_it() {
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
    assert_eq!(released, sold.activation("a"));
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
fn an_unsigned_call_may_be_repeated_and_commits_nothing_where_nothing_changes() {
    let sold = Sold::new();
    let unsigned = ValidateQuery {
        nonce: None,
        ..sold.call()
    };
    let decide = |call: &ValidateQuery, name: &str| {
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
    // The first refusal of a day is told; that it was told is a refusal of the next one.
    let Decision::Commit(changes, _) = decide(&unsigned, "d") else {
        panic!("the event is not queued");
    };
    let told = changes.deliveries[0].value.row();
    let (store, env, device) = (&*sold.seller.store, sold.seller.env(), device("d"));
    let again = activate(
        store,
        &env,
        &unsigned,
        &device,
        Some(&Refusal::Exists(told)),
    );
    assert!(matches!(again, Ok(Decision::Answer(answer)) if answer == full));
    assert!(matches!(decide(&sold.call(), "d"), Decision::Commit(..)));
    let unknown = ValidateQuery {
        key: KeyQuery {
            hashes: vec![KeyHash::from_bytes([9; 32])],
            ..unsigned.key
        },
        nonce: None,
    };
    let refused = Activated::Refused(Reason::NotFound);
    assert!(matches!(decide(&unknown, "a"), Decision::Answer(answer) if answer == refused));
}

#[test]
fn the_first_activation_starts_a_term_that_waits_for_it_and_no_later_one_does() {
    let sold = Sold::new();
    let days = Days::parse("30d").unwrap();
    let mut changes = sold.seller.shop.changes();
    changes.licenses.push(Write::changed(License {
        standing: Standing::new(None).with_pending_term(Some(days)),
        ..sold.license.clone()
    }));
    sold.seller.store.commit(changes).unwrap();
    let read = || {
        let record = sold
            .seller
            .store
            .license(sold.seller.tenant(), &sold.license.id);
        record.unwrap().unwrap().license
    };
    assert_eq!(read().standing.expires_at(), None);

    // Two first activations decide on the same row; the second one decides again.
    let (store, env) = (&*sold.seller.store, sold.seller.env());
    let (first, second) = (device("a"), device("b"));
    let decide = |device: &Device| activate(store, &env, &sold.call(), device, None).unwrap();
    let (one, other) = (decide(&first), decide(&second));
    let start = sold.seller.shop.now();
    let commit = |decision: Decision<Activated>| match decision {
        Decision::Commit(changes, _) => store.commit(*changes),
        Decision::Answer(answer) => panic!("{answer:?}"),
    };
    commit(one).unwrap();
    assert!(commit(other).is_err(), "the license has changed");
    let end = Some(days.after(start));
    assert_eq!(read().standing.expires_at(), end);

    sold.seller.shop.env.clock.advance(Duration::from_hours(1));
    assert_eq!(sold.active(&second).1, 2);
    assert_eq!(read().standing.expires_at(), end);
    assert_eq!(read().standing.pending_term(), None);
    assert_eq!(sold.seller.events(), ["license.created", "license.updated"]);
}
