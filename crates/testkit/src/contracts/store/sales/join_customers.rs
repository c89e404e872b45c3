//! Customers with the same address join when they are committed.

use mintage_domain::base::mode::Mode;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::event::EventCustomer;
use mintage_domain::model::sales::customer::Customer;
use serde_json::{Map, Value, json};

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::committed;
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::written::assert_written;
use crate::fixtures::{Shop, text};

fn metadata(facts: &Value) -> Map<String, Value> {
    facts.as_object().expect("facts are an object").clone()
}

/// A new customer with the address of `known`, as a later sale creates it.
fn with_same_address(shop: &Shop, known: &Customer) -> Customer {
    Customer {
        email: known.email.clone(),
        mode: known.mode,
        ..shop.customer()
    }
}

#[track_caller]
fn read(store: &Nodes<'_>, customer: &Customer) -> Customer {
    store
        .customer(&customer.tenant, &customer.id)
        .expect("the store answers")
        .expect("the customer is known")
}

/// A customer who exists keeps the id of the first sale. The receipt has this id, and the order and
/// the license refer to it.
pub fn a_known_customer_joins(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = shop.sold(store);
    let again = shop.sale_to(with_same_address(&shop, &first.customer));
    let receipt = committed(store, shop.selling(&again));
    let proposed = &again.customer.id;
    assert_eq!(receipt.customers.get(proposed), Some(&first.customer.id));
    let tenant = &shop.tenant.id;
    let record = store.license(tenant, &again.license.id);
    let record = record.expect("the store answers").expect("it was minted");
    assert_eq!(record.license.customer, first.customer.id);
    assert_eq!(record.email, first.customer.email);
    let order = store.order(tenant, &again.order.id);
    let order = order.expect("the store answers").expect("it was written");
    assert_eq!(order.customer, Some(first.customer.id));
    let none = store.customer(tenant, proposed).expect("the store answers");
    assert_eq!(none, None, "the proposed id was not used");
}

/// A customer who was read since the first sale joins too.
pub fn a_customer_who_was_read_joins(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = shop.sold(store);
    assert_eq!(read(store, &first.customer), first.customer);
    let again = shop.sale_to(with_same_address(&shop, &first.customer));
    let receipt = committed(store, shop.selling(&again));
    let joined = receipt.customers.get(&again.customer.id);
    assert_eq!(joined, Some(&first.customer.id));
}

/// An event names the customer of its license and the external id after the merge, although it was
/// built before the commit found that customer.
pub fn an_event_names_the_customer_who_joins(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = shop.sold(store);
    let mut buyer = with_same_address(&shop, &first.customer);
    let external_id = first.customer.external_id.clone();
    buyer.external_id = Some(text("of-the-second-sale"));
    let again = shop.sale_to(buyer);
    let delivery = shop.delivery(&again.license);
    let mut changes = shop.selling(&again);
    changes.deliveries.push(Write::new(delivery.clone()));
    committed(store, changes);
    let read = store.delivery(&shop.tenant.id, &delivery.id);
    let (read, _) = read.expect("the store answers").expect("it was queued");
    let expected = EventCustomer {
        id: first.customer.id,
        external_id: external_id.or_else(|| Some(text("of-the-second-sale"))),
    };
    assert_eq!(read.customer, Some(expected));
}

/// A new customer gets the proposed id, and the receipt says so.
pub fn a_new_customer_keeps_the_proposed_id(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let changes = shop.selling(&shop.sale());
    let id = changes.customers[0].id.clone();
    let receipt = committed(store, changes.clone());
    assert_eq!(receipt.customers.get(&id), Some(&id));
    assert_written(store, &changes);
}

/// A merge fills empty fields, overwrites neither the name nor the external id, and merges metadata
/// key by key, newer over older.
pub fn a_merge_fills_and_never_overwrites(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = Customer {
        metadata: metadata(&json!({ "a": 1, "b": "old" })),
        ..shop.customer()
    };
    let sell_to = |customer: &Customer| {
        committed(store, shop.selling(&shop.sale_to(customer.clone())));
    };
    sell_to(&first);
    sell_to(&Customer {
        name: Some(text("Zoë Ängström")),
        metadata: metadata(&json!({ "b": "new", "c": [1, null] })),
        ..with_same_address(&shop, &first)
    });
    sell_to(&Customer {
        name: Some(text("Somebody Else")),
        external_id: Some(text("crm-7")),
        ..with_same_address(&shop, &first)
    });
    sell_to(&Customer {
        external_id: Some(text("crm-8")),
        ..with_same_address(&shop, &first)
    });
    let joined = Customer {
        name: Some(text("Zoë Ängström")),
        external_id: Some(text("crm-7")),
        metadata: metadata(&json!({ "a": 1, "b": "new", "c": [1, null] })),
        ..first.clone()
    };
    assert_eq!(read(store, &first), joined);
}

/// Two customers with one address in one commit become one customer with the data of both.
pub fn a_customer_named_twice_in_a_commit_is_one(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = shop.sale();
    let again = shop.sale_to(Customer {
        name: Some(text("Ann")),
        ..with_same_address(&shop, &first.customer)
    });
    let mut changes = shop.selling(&first);
    changes.absorb(shop.selling(&again));
    let receipt = committed(store, changes);
    for proposed in [&first.customer.id, &again.customer.id] {
        assert_eq!(receipt.customers.get(proposed), Some(&first.customer.id));
    }
    assert_eq!(read(store, &first.customer).name.as_deref(), Some("Ann"));
    let license = store.license(&shop.tenant.id, &again.license.id);
    let license = license.expect("the store answers").expect("it was minted");
    assert_eq!(license.license.customer, first.customer.id);
}

/// One address belongs to different customers in the two modes and at two tenants.
pub fn a_customer_belongs_to_a_tenant_and_a_mode(store: &Nodes<'_>) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    let live = one.sold(store).customer;
    let sandbox = Customer {
        mode: Mode::Sandbox,
        ..with_same_address(&one, &live)
    };
    let foreign = with_same_address(&two, &live);
    for (shop, customer) in [(&one, &sandbox), (&two, &foreign)] {
        let sale = shop.sale_to(customer.clone());
        let receipt = committed(store, shop.selling(&sale));
        assert_eq!(receipt.customers.get(&customer.id), Some(&customer.id));
        assert_eq!(read(store, customer), *customer);
    }
}

/// One customer in sixteen commits at the same moment has one id, and every license refers to it.
pub fn a_customer_committed_by_many_at_once_has_one_id(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let buyer = shop.customer();
    let sales: Vec<_> = (0..16)
        .map(|i| {
            shop.sale_to(Customer {
                email: buyer.email.clone(),
                metadata: [(format!("from-{i}"), i.into())].into_iter().collect(),
                ..shop.customer()
            })
        })
        .collect();
    let ids = at_once(sales.len(), |i| {
        let receipt = committed(store, shop.selling(&sales[i]));
        receipt.customers[&sales[i].customer.id].clone()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    for sale in &sales {
        let record = store.license(&shop.tenant.id, &sale.license.id);
        let record = record.expect("the store answers").expect("it was minted");
        assert_eq!(
            (record.license.customer, record.email),
            (ids[0].clone(), buyer.email.clone())
        );
    }
    let customer = store.customer(&shop.tenant.id, &ids[0]);
    let customer = customer.expect("the store answers").expect("it is known");
    assert_eq!(customer.metadata.len(), 16, "no merge was lost");
}
