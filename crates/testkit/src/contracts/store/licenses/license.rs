//! Licenses, and the records that reads return.

use std::time::Duration;

use mintage_domain::base::id::LicenseId;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::licenses::standing::{
    HoldCause, HoldStatus, Lapse, Revocation, RevocationReason, Standing,
};
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::ports::{KeyQuery, LicenseFilter};
use serde_json::json;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::{Sale, Shop, text};

/// Licenses in every standing, sold here and elsewhere, with and without entitlements, read back
/// unchanged.
pub fn a_license_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let rows = standings().map(|standing| License {
        standing,
        ..shop.license(&sale.customer)
    });
    each_comes_back(store, &shop, |it| &mut it.licenses, rows);
    let unit = OrderUnit {
        order: sale.order.id,
        line: u32::MAX,
        unit: u32::MAX,
    };
    let facts = json!({
        "källa": "mässa", "n": i64::MAX, "x": [1.5, null, { "deep": "\u{0}" }],
        "long": "é".repeat(4_000), "longest": "🗝".repeat(255),
    });
    let sold = License {
        mode: Mode::Sandbox,
        unit: Some(unit),
        activation_limit: u32::MAX,
        entitlements: Entitlements::default(),
        masked_key: "****ü".to_owned(),
        notes: Some(text("Ordered by phone; \"Zoë\" \n paid late")),
        metadata: Metadata::parse(facts.as_object().cloned().unwrap_or_default())
            .expect("it is small"),
        created_at: INSTANTS[2],
        event_sequence: 1 << 40,
        updates_until: Some(INSTANTS[1]),
        ..shop.license(&sale.customer)
    };
    let variants = standings().map(|standing| {
        let other_key = shop.license(&sale.customer);
        License {
            noticed_end: standing.expires_at(),
            reminded_end: standing
                .expires_at()
                .map(|end| end.plus(Duration::from_secs(1))),
            standing,
            key_hash: other_key.key_hash,
            sealed_key: other_key.sealed_key,
            ..sold.clone()
        }
    });
    each_overwrites(store, &shop, |it| &mut it.licenses, variants);
}

/// Standings with every kind of revocation and hold, alone and together.
fn standings() -> impl Iterator<Item = Standing> {
    let causes = || {
        [
            HoldCause::Admin,
            HoldCause::Dispute("dp_1".to_owned()),
            HoldCause::UnpaidInvoice("in_1".to_owned()),
        ]
    };
    let revoked = [
        RevocationReason::Admin,
        RevocationReason::Refund,
        RevocationReason::Dispute,
    ]
    .map(|reason| Standing::from_parts(None, Some(Revocation::new(reason, INSTANTS[2])), []));
    let held = [HoldStatus::Held, HoldStatus::Released].map(|status| {
        let holds = causes().map(|cause| (cause, status));
        Standing::from_parts(Some(INSTANTS[3]), None, holds)
    });
    let revocation = Revocation::new(RevocationReason::Refund, INSTANTS[0]);
    let holds = [(HoldCause::Admin, HoldStatus::Held)];
    let all = Standing::from_parts(Some(INSTANTS[1]), Some(revocation), holds);
    let pending = Standing::new(None).with_pending_term(Days::new(36_500));
    revoked
        .into_iter()
        .chain(held)
        .chain([all, pending, Standing::new(None)])
}

/// The licenses of a tenant are listed in pages.
pub fn licenses_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sales = at_moments(
        store,
        &shop,
        |_| shop.sale(),
        |it, sale| it.absorb(shop.selling(sale)),
    );
    let place = |sale: &Sale| (sale.license.created_at, sale.license.id.to_string());
    assert_paged(
        &|page| store.licenses(&shop.tenant.id, &LicenseFilter::default(), page),
        &|it| (it.license.created_at, it.license.id.to_string()),
        sales.iter().map(place).collect(),
    );
}

/// A license is read with its customer's address and external id, and the session of its order.
pub fn a_license_is_read_with_its_address_and_session(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sale_to(Customer {
        external_id: Some(text("crm-1")),
        ..shop.customer()
    });
    committed(store, shop.selling(&sale));
    let given = shop.license(&sale.customer);
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(given.clone()))),
    );
    for (id, session) in [
        (&sale.license.id, sale.order.session.clone()),
        (&given.id, None),
    ] {
        let record = store.license(&shop.tenant.id, id);
        let record = record.expect("the store answers").expect("it was minted");
        assert_eq!(
            (&record.email, &record.external_id, &record.session),
            (&sale.customer.email, &sale.customer.external_id, &session)
        );
    }
}

/// The licenses of an order are sorted by line and unit.
pub fn licenses_of_an_order_come_in_the_order_of_its_units(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let other = shop.sold(store);
    let units = [(10, 0), (2, 1), (0, 1), (2, 0), (0, 10), (0, 2)];
    let licenses = units.map(|(line, unit)| License {
        unit: Some(OrderUnit {
            order: sale.order.id.clone(),
            line,
            unit,
        }),
        ..shop.license(&sale.customer)
    });
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = licenses.into_iter().map(Write::changed).collect();
        }),
    );
    let read = store.licenses_of_order(&sale.order.id);
    let read: Vec<(u32, u32)> = read
        .expect("the store answers")
        .into_iter()
        .filter_map(|it| it.license.unit)
        .map(|it| (it.line, it.unit))
        .collect();
    assert_eq!(
        read,
        [(0, 0), (0, 1), (0, 2), (0, 10), (2, 0), (2, 1), (10, 0)]
    );
    let read = store.licenses_of_order(&other.order.id);
    assert_eq!(read.expect("the store answers").len(), 1);
}

/// A license whose key is replaced is found by its new key, and not by the old one.
pub fn a_replaced_key_finds_nothing(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let find = |hash| {
        let query = KeyQuery {
            tenant: shop.tenant.id.clone(),
            product: shop.product.id.clone(),
            mode: shop.mode,
            hashes: vec![hash],
        };
        let found = store.license_of_key(&query).expect("the store answers");
        found.map(|it| it.record.license.id)
    };
    let old = sale.license.key_hash;
    assert_eq!(find(old), Some(sale.license.id.clone()));
    let read = store.license(&shop.tenant.id, &sale.license.id);
    let mut license = read.expect("the store answers").expect("sold").license;
    let other = shop.license(&sale.customer);
    license.key_hash = other.key_hash;
    license.masked_key.clone_from(&other.masked_key);
    license.sealed_key = other.sealed_key;
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(license))),
    );
    assert_eq!(find(old), None);
    assert_eq!(find(other.key_hash), Some(sale.license.id));
}

/// Licenses whose term is over are listed, the first ended first, until their end is noticed, and again
/// after an extension; a revoked one and one without an end never.
pub fn an_end_is_listed_until_it_is_noticed(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let hour = |n: u64| shop.now().plus(Duration::from_hours(n));
    let ending = |end: Option<Timestamp>| License {
        standing: Standing::new(end),
        ..shop.license(&sale.customer)
    };
    let (lifetime, late, early) = (ending(None), ending(Some(hour(2))), ending(Some(hour(1))));
    let mut revoked = ending(Some(hour(1)));
    revoked.standing.revoke(RevocationReason::Admin, shop.now());
    let mut frozen = ending(Some(hour(3)));
    frozen.standing.hold(HoldCause::Admin);
    let all = [&lifetime, &late, &early, &revoked, &frozen];
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = all.map(|license| Write::changed(license.clone())).into();
        }),
    );
    let ended = |until, n| {
        let records = store.ended_licenses(until, n).expect("the store answers");
        let ids = records.into_iter().map(|it| it.license.id);
        ids.collect::<Vec<_>>()
    };
    let just_before = Timestamp::from_micros(hour(1).as_micros() - 1);
    assert_eq!(ended(just_before, 9), []);
    assert_eq!(ended(hour(2), 9), [early.id.clone(), late.id.clone()]);
    assert_eq!(ended(hour(9), 1), std::slice::from_ref(&early.id));

    let change = |id: &LicenseId, fill: &dyn Fn(&mut License)| {
        let read = store.license(&shop.tenant.id, id);
        let mut license = read.expect("the store answers").expect("stored").license;
        fill(&mut license);
        committed(
            store,
            changing(&shop, |it| it.licenses.push(Write::changed(license))),
        );
    };
    change(&early.id, &|it| it.noticed_end = it.standing.expires_at());
    assert_eq!(ended(hour(9), 9), [late.id, frozen.id.clone()]);
    change(&frozen.id, &|it| it.noticed_end = it.standing.expires_at());
    change(&early.id, &|it| it.notes = None);
    assert_eq!(ended(hour(9), 9).len(), 1);
    let by = Term::parse("1d").expect("a duration");
    change(&early.id, &|it| {
        it.standing.extend(by, hour(9)).expect("later");
    });
    assert_eq!(ended(hour(9), 9).len(), 1, "not ended yet");
    assert!(ended(hour(99), 9).contains(&early.id));
}

/// Licenses whose lapse has begun are listed, the first begun first, until that is noticed; a revoked one, and
/// a paused one, whose lapse has no beginning, never.
pub fn a_lapse_is_listed_until_it_is_noticed(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let hour = |n: u64| shop.now().plus(Duration::from_hours(n));
    let lapsing = |from: Timestamp| License {
        standing: Standing::new(None).with_subscription(
            Some(hour(5)),
            Some(Lapse {
                cause: HoldCause::UnpaidInvoice("in_1".to_owned()),
                from,
            }),
        ),
        ..shop.license(&sale.customer)
    };
    let (late, early, paused) = (
        lapsing(hour(2)),
        lapsing(hour(1)),
        lapsing(Timestamp::EPOCH),
    );
    let mut revoked = lapsing(hour(1));
    revoked
        .standing
        .revoke(RevocationReason::Refund, shop.now());
    let all = [&late, &early, &paused, &revoked];
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = all.map(|license| Write::changed(license.clone())).into();
        }),
    );
    let lapsed = |until, n| {
        let records = store.lapsed_licenses(until, n).expect("the store answers");
        let ids = records.into_iter().map(|it| it.license.id);
        ids.collect::<Vec<_>>()
    };
    let just_before = Timestamp::from_micros(hour(1).as_micros() - 1);
    assert_eq!(lapsed(just_before, 9), []);
    assert_eq!(lapsed(hour(9), 9), [early.id.clone(), late.id.clone()]);
    assert_eq!(lapsed(hour(9), 1), std::slice::from_ref(&early.id));
    let mut noticed = read_license(store, &shop, &early.id);
    noticed.noticed_end = Some(hour(1));
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(noticed))),
    );
    assert_eq!(lapsed(hour(9), 9), [late.id]);
    assert_eq!(store.ended_licenses(hour(9), 9), Ok(Vec::new()));
}

fn read_license(store: &Nodes<'_>, shop: &Shop, id: &LicenseId) -> License {
    let read = store.license(&shop.tenant.id, id);
    read.expect("the store answers").expect("stored").license
}

/// Licenses that end within the reminder days of their key type are listed until the seller was reminded, and
/// again after an extension; one that is held, revoked, ended, or of a key type without reminders never.
pub fn a_reminder_is_listed_until_it_is_sent(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let day = |n: u64| shop.now().plus(Duration::from_hours(24 * n));
    let mut changes = changing(&shop, |_| ());
    for (slug, reminder_days) in [("week", Some(7)), ("never", Some(0)), ("unset", None)] {
        changes.key_types.push(Write::new(KeyType {
            reminder_days,
            ..shop.another_key_type(slug)
        }));
    }
    let ending = |key_type: &str, end: Option<Timestamp>| License {
        key_type: KeyTypeId::parse(key_type).expect("a slug"),
        standing: Standing::new(end),
        ..shop.license(&sale.customer)
    };
    let due = ending("week", Some(day(17)));
    let mut held = ending("week", Some(day(17)));
    held.standing.hold(HoldCause::Admin);
    let mut revoked = ending("week", Some(day(17)));
    revoked.standing.revoke(RevocationReason::Admin, shop.now());
    let others = [
        ending("week", Some(day(18))),
        ending("week", Some(day(10))),
        ending("week", None),
        ending("never", Some(day(11))),
        ending("unset", Some(day(11))),
    ];
    let all = [&due, &held, &revoked].into_iter().chain(&others);
    changes.licenses = all.map(|it| Write::changed(it.clone())).collect();
    committed(store, changes);
    let expiring = |now| {
        let found = store.expiring_licenses(now, 9).expect("the store answers");
        let found = found.into_iter();
        let ids = found.map(|it| (it.record.license.id, it.reminder_days));
        ids.collect::<Vec<_>>()
    };
    let just_before = Timestamp::from_micros(day(10).as_micros() - 1);
    assert_eq!(expiring(just_before), [(others[1].id.clone(), 7)]);
    assert_eq!(expiring(day(10)), [(due.id.clone(), 7)]);
    let mut moved = read_license(store, &shop, &due.id);
    moved.reminded_end = moved.standing.expires_at();
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(moved))),
    );
    assert_eq!(expiring(day(10)), []);
    let mut moved = read_license(store, &shop, &due.id);
    let by = Term::parse("30d").expect("a duration");
    moved.standing.extend(by, day(10)).expect("later");
    committed(
        store,
        changing(&shop, |it| it.licenses.push(Write::changed(moved))),
    );
    assert_eq!(expiring(day(39)), []);
    assert_eq!(expiring(day(40)), [(due.id, 7)]);
}
