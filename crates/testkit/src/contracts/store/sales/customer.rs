//! Reads of customers.

use std::collections::BTreeSet;

use mintage_domain::base::email::EmailStart;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::ports::CustomerFilter;
use serde_json::{Map, json};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{INSTANTS, NAMES, comes_back};
use crate::fixtures::{Shop, email, text};

/// Customers with every field set and with optional fields empty read back unchanged.
pub fn a_customer_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let facts = json!({ "källa": "messe", "n": i64::MAX, "x": [1.5, null, { "deep": true }] });
    let full = Customer {
        mode: Mode::Sandbox,
        name: Some(text(NAMES[1])),
        external_id: Some(text(NAMES[2])),
        metadata: facts.as_object().cloned().unwrap_or_default(),
        created_at: INSTANTS[0],
        ..shop.customer()
    };
    let empty = Customer {
        name: Some(text("")),
        metadata: Map::new(),
        ..shop.customer()
    };
    for customer in [full, empty, shop.customer()] {
        comes_back(store, &shop, |it| it.customers.push(customer));
    }
}

/// The customers of a tenant are listed in pages, newest first; those whose address begins with a text,
/// by address and mode.
pub fn customers_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let customers = at_moments(
        store,
        &shop,
        |_| shop.customer(),
        |it, customer| it.customers.push(customer.clone()),
    );
    let place = |it: &Customer| (it.created_at, it.id.to_string());
    let all = CustomerFilter::default();
    assert_paged(
        &|page| store.customers(&shop.tenant.id, &all, page),
        &place,
        customers.iter().map(place).collect(),
    );
    let twins = customers.iter().map(|customer| Customer {
        mode: Mode::Sandbox,
        email: customer.email.clone(),
        ..shop.customer()
    });
    let twins: Vec<Customer> = twins.collect();
    committed(store, changing(&shop, |it| it.customers.clone_from(&twins)));
    let by_address = CustomerFilter {
        email_start: EmailStart::parse("buyer-").ok(),
        ..CustomerFilter::default()
    };
    let place = |it: &Customer| (it.email.clone(), it.mode.as_str());
    let mut expected: Vec<_> = customers.iter().chain(&twins).map(place).collect();
    expected.sort();
    for size in [1, 2, 3, 13, 14, 100] {
        let list = |page: &_| store.customers(&shop.tenant.id, &by_address, page);
        let (read, _) = read_all(size, &list);
        let read: Vec<_> = read.iter().map(place).collect();
        assert_eq!(read, expected, "in pages of {size}");
    }
}

#[track_caller]
fn assert_found(store: &Nodes<'_>, shop: &Shop, filter: &CustomerFilter, expected: &[&Customer]) {
    // Pages of one item prove that the store filters before it cuts the page.
    let (read, _) = read_all(1, &|page| store.customers(&shop.tenant.id, filter, page));
    let ids = |it: &Customer| it.id.clone();
    let read: BTreeSet<_> = read.iter().map(ids).collect();
    let expected: BTreeSet<_> = expected.iter().map(|it| ids(it)).collect();
    assert_eq!(read, expected, "{filter:?}");
}

/// Commits customers of two tenants with these addresses.
fn at_addresses<const N: usize>(store: &Nodes<'_>, addresses: [&str; N]) -> (Shop, [Customer; N]) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let of = |shop: &Shop| {
        addresses.map(|address| Customer {
            email: email(address),
            ..shop.customer()
        })
    };
    let customers = of(&shop);
    committed(
        store,
        changing(&shop, |it| it.customers = customers.to_vec()),
    );
    committed(
        store,
        changing(&other, |it| it.customers = of(&other).to_vec()),
    );
    (shop, customers)
}

/// Each filter alone, and all together, keep exactly the matching customers.
pub fn customers_are_filtered(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let named = |mode, address: &str, external_id: Option<&str>| Customer {
        mode,
        email: email(address),
        external_id: external_id.map(text),
        ..shop.customer()
    };
    let customers = [
        named(Mode::Live, "ann@example.test", Some("crm-1")),
        named(Mode::Sandbox, "ann@example.test", Some("crm-1")),
        named(Mode::Live, "bob@example.test", Some("crm-10")),
        named(Mode::Live, "cleo@example.test", None),
    ];
    let theirs = Customer {
        email: email("ann@example.test"),
        external_id: Some(text("crm-1")),
        ..other.customer()
    };
    committed(
        store,
        changing(&shop, |it| it.customers = customers.to_vec()),
    );
    committed(store, changing(&other, |it| it.customers.push(theirs)));
    for (mode, address, external_id, expected) in [
        (None, "", "", vec![0, 1, 2, 3]),
        (Some(Mode::Live), "", "", vec![0, 2, 3]),
        (Some(Mode::Sandbox), "", "", vec![1]),
        (None, "ann@example.test", "", vec![0, 1]),
        (Some(Mode::Live), "ann@example.test", "", vec![0]),
        (None, "nobody@example.test", "", vec![]),
        (None, "", "crm-1", vec![0, 1]),
        (None, "", "CRM-1", vec![]),
        (None, "", "crm-%", vec![]),
        (Some(Mode::Sandbox), "ann@example.test", "crm-1", vec![1]),
        (None, "bob@example.test", "crm-1", vec![]),
    ] {
        let filter = CustomerFilter {
            mode,
            email: (!address.is_empty()).then(|| email(address)),
            external_id: (!external_id.is_empty()).then(|| text(external_id)),
            email_start: None,
        };
        let expected: Vec<&Customer> = expected.into_iter().map(|i| &customers[i]).collect();
        assert_found(store, &shop, &filter, &expected);
    }
}

/// Customers are found by the beginning of their address, character by character: no character is a
/// wildcard.
pub fn customers_are_found_by_the_beginning_of_their_address(store: &Nodes<'_>) {
    let addresses = [
        "ann@example.test",
        "anna@example.test",
        "an_a@example.test",
        "an%@example.test",
        "bob@example.test",
        "élan@example.test",
        "\u{10ffff}\u{10ffff}@example.test",
    ];
    let (shop, customers) = at_addresses(store, addresses);
    for (start, expected) in [
        ("ann", vec![0, 1]),
        (" ANN@", vec![0]),
        ("an", vec![0, 1, 2, 3]),
        ("an_", vec![2]),
        ("an%", vec![3]),
        ("%", vec![]),
        ("_", vec![]),
        ("nn", vec![]),
        ("ann@example.test", vec![0]),
        ("ann@example.test.", vec![]),
        ("é", vec![5]),
        ("e", vec![]),
        ("\u{10ffff}", vec![6]),
    ] {
        let filter = CustomerFilter {
            email_start: EmailStart::parse(start).ok(),
            ..CustomerFilter::default()
        };
        assert!(filter.email_start.is_some(), "{start}");
        let expected: Vec<&Customer> = expected.into_iter().map(|i| &customers[i]).collect();
        assert_found(store, &shop, &filter, &expected);
    }
}
