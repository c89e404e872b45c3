//! Filters of lists of licenses.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, RevocationReason, Standing, State};
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::ports::LicenseFilter;
use serde_json::json;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::read_all;
use crate::fixtures::{Shop, email};

/// Each filter alone, and all together, keep exactly the matching licenses.
pub fn licenses_are_filtered(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let second = shop.another_product("second");
    let mut key_type = shop.key_type.clone();
    key_type.product = second.id.clone();
    committed(
        store,
        changing(&shop, |it| {
            it.products.push(Write::new(second.clone()));
            it.key_types.push(Write::new(key_type));
        }),
    );
    let ann = Customer {
        email: email("ann@example.test"),
        ..shop.customer()
    };
    let bob = shop.customer();
    let licenses: Vec<License> = [
        (&ann, &shop.product.id),
        (&ann, &second.id),
        (&bob, &shop.product.id),
    ]
    .map(|(customer, product)| License {
        product: ProductId::clone(product),
        ..shop.license(customer)
    })
    .into();
    committed(
        store,
        changing(&shop, |it| {
            it.customers = vec![ann.clone(), bob];
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
        }),
    );
    let active = Some((State::Active, shop.now()));
    let frozen = Some((State::Frozen, shop.now()));
    let (pixel, ann) = (Some(shop.product.id.clone()), Some(ann.email));
    let nobody = Some(email("nobody@example.test"));
    for (product, state, email, expected) in [
        (None, None, None, vec![0, 1, 2]),
        (pixel.clone(), None, None, vec![0, 2]),
        (Some(second.id), None, None, vec![1]),
        (ProductId::parse("third").ok(), None, None, vec![]),
        (None, None, ann.clone(), vec![0, 1]),
        (None, None, nobody, vec![]),
        (None, active, None, vec![0, 1, 2]),
        (None, frozen, None, vec![]),
        (pixel.clone(), active, ann.clone(), vec![0]),
        (pixel, frozen, ann, vec![]),
    ] {
        let filter = LicenseFilter {
            product,
            state,
            email,
            ..LicenseFilter::default()
        };
        let expected: Vec<&License> = expected.into_iter().map(|i| &licenses[i]).collect();
        assert_filtered(store, &shop, &filter, &expected);
    }
}

/// A list of one customer has only their licenses, also if another customer has the same address in
/// the other mode. A list of one mode has only its licenses.
pub fn licenses_are_found_by_their_customer_and_mode(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let ann = shop.customer();
    let in_sandbox = Customer {
        mode: Mode::Sandbox,
        email: ann.email.clone(),
        ..shop.customer()
    };
    let theirs = other.customer();
    let licenses = [&ann, &ann, &in_sandbox].map(|customer| License {
        mode: customer.mode,
        ..shop.license(customer)
    });
    let foreign = other.license(&theirs);
    committed(
        store,
        changing(&shop, |it| {
            it.customers = vec![ann.clone(), in_sandbox.clone(), theirs.clone()];
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
            it.licenses.push(Write::changed(foreign));
        }),
    );
    let [first, second, third] = &licenses;
    for (customer, expected) in [
        (&ann, vec![first, second]),
        (&in_sandbox, vec![third]),
        (&theirs, vec![]),
        (&shop.customer(), vec![]),
    ] {
        let filter = LicenseFilter {
            customer: Some(customer.id.clone()),
            ..LicenseFilter::default()
        };
        assert_filtered(store, &shop, &filter, &expected);
    }
    for (mode, expected) in [
        (Mode::Live, vec![first, second]),
        (Mode::Sandbox, vec![third]),
    ] {
        let filter = LicenseFilter {
            mode: Some(mode),
            ..LicenseFilter::default()
        };
        assert_filtered(store, &shop, &filter, &expected);
    }
}

/// A license is found by each short text in its metadata and by several together, but not by
/// another tenant and not by a value that is no text. A later change keeps the license findable.
pub fn licenses_are_found_by_their_metadata(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let buyer = shop.customer();
    let of = |shop: &Shop, buyer: &Customer, metadata: &serde_json::Value| License {
        metadata: Metadata::parse(metadata.as_object().cloned().expect("an object"))
            .expect("a small one"),
        ..shop.license(buyer)
    };
    let licenses = [
        json!({"campaign": "launch", "from": "åland", "n": 1}),
        json!({"campaign": "launch", "from": "oslo", "n": "1"}),
        json!({"campaign": "", "from": {"campaign": "launch"}}),
        json!({}),
    ]
    .map(|metadata| of(&shop, &buyer, &metadata));
    let theirs = other.customer();
    let foreign = of(&other, &theirs, &json!({"campaign": "launch"}));
    committed(
        store,
        changing(&shop, |it| {
            it.customers = vec![buyer, theirs];
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
            it.licenses.push(Write::changed(foreign));
        }),
    );
    let mut changed = Write::changed(licenses[0].clone()).value;
    assert!(changed.standing.hold(HoldCause::Admin));
    let changed = Write::changed(changed);
    committed(
        store,
        changing(&shop, |it| it.licenses.push(changed.clone())),
    );
    let [_, second, third, fourth] = &licenses;
    let first = &changed.value;
    for (wanted, expected) in [
        (vec![], vec![first, second, third, fourth]),
        (vec![("campaign", "launch")], vec![first, second]),
        (vec![("campaign", "launch"), ("from", "åland")], vec![first]),
        (vec![("campaign", "")], vec![third]),
        (vec![("n", "1")], vec![second]),
        (vec![("campaign", "Launch")], vec![]),
        (vec![("from", "launch")], vec![]),
    ] {
        let text = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let filter = LicenseFilter {
            metadata: wanted.into_iter().map(text).collect(),
            ..LicenseFilter::default()
        };
        assert_filtered(store, &shop, &filter, &expected);
    }
}

/// A license is listed only under its state at the given time, whatever holds, releases and terms
/// it has.
pub fn licenses_are_filtered_by_their_state_at_a_time(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let customer = shop.customer();
    let end = shop.now().plus(Duration::from_mins(1));
    let admin = HoldCause::Admin;
    let dispute = || HoldCause::Dispute("dp_1".to_owned());
    let standing = |expires: bool, change: &dyn Fn(&mut Standing)| {
        let mut standing = Standing::new(expires.then_some(end));
        change(&mut standing);
        standing
    };
    let licenses: Vec<License> = [
        standing(false, &|_| ()),
        standing(true, &|_| ()),
        standing(false, &|it| assert!(it.hold(dispute()))),
        standing(true, &|it| {
            assert!(it.hold(admin.clone()) && it.hold(dispute()));
        }),
        standing(false, &|it| {
            assert!(it.hold(dispute()) && it.release(dispute()));
        }),
        standing(true, &|it| {
            assert!(it.hold(dispute()) && it.revoke(RevocationReason::Refund, end));
        }),
    ]
    .into_iter()
    .map(|standing| License {
        standing,
        ..shop.license(&customer)
    })
    .collect();
    committed(
        store,
        changing(&shop, |it| {
            it.customers.push(customer);
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
        }),
    );
    let just_before = mintage_domain::base::time::Timestamp::from_micros(end.as_micros() - 1);
    for now in [
        shop.now(),
        just_before,
        end,
        end.plus(Duration::from_secs(1)),
    ] {
        let mut listed = 0;
        for state in State::ALL {
            let expected: Vec<&License> = licenses
                .iter()
                .filter(|it| it.state(now) == state)
                .collect();
            let filter = LicenseFilter {
                state: Some((state, now)),
                ..LicenseFilter::default()
            };
            assert_filtered(store, &shop, &filter, &expected);
            listed += expected.len();
        }
        assert_eq!(listed, licenses.len(), "each is in one state");
    }
}

#[track_caller]
fn assert_filtered(store: &Nodes<'_>, shop: &Shop, filter: &LicenseFilter, expected: &[&License]) {
    // Pages of one item prove that the store filters before it cuts the page.
    let (read, _) = read_all(1, &|page| store.licenses(&shop.tenant.id, filter, page));
    let read: BTreeSet<_> = read.into_iter().map(|it| it.license.id).collect();
    let expected: BTreeSet<_> = expected.iter().map(|it| it.id.clone()).collect();
    assert_eq!(read, expected, "{filter:?}");
}
