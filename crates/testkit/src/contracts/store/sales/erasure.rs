//! Erasing customers.

use mintage_domain::base::email::Email;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::sales::basket::Basket;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{AuditFilter, CommitError, CustomerFilter, Erasure, LicenseFilter};
use serde_json::json;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::{Shop, email, text};

fn metadata() -> Metadata {
    let facts = json!({"phone": "555"});
    Metadata::parse(facts.as_object().cloned().unwrap_or_default()).expect("it is small")
}

/// What a customer has.
struct Rows {
    customer: Customer,
    order: Order,
    /// An order that was not paid, with the customer's address.
    open: Order,
    license: License,
    device: Activation,
    mail: QueuedMail,
}

/// A customer with personal data everywhere.
fn customer_with_all(store: &Nodes<'_>, shop: &Shop) -> Rows {
    let customer = Customer {
        name: Some(text("Ada Lovelace")),
        external_id: Some(text("crm-1")),
        metadata: json!({"phone": "555"})
            .as_object()
            .cloned()
            .unwrap_or_default(),
        ..shop.customer()
    };
    let mut sale = shop.sale_to(customer);
    // The seller's backend sent another address than Stripe reported.
    sale.order.buyer = Some(email("ada@work.test"));
    sale.order.email = Some(sale.customer.email.clone());
    sale.license.notes = Some(text("Ada pays by transfer"));
    sale.license.metadata = metadata();
    let open = Order {
        buyer: Some(sale.customer.email.clone()),
        email: Some(sale.customer.email.clone()),
        basket: Basket {
            metadata: metadata(),
            ..Basket::default()
        },
        ..shop.order()
    };
    let mut changes = shop.selling(&sale);
    let mut device = shop.activation(&sale.license);
    (device.hostname, device.os) = (Some(text("adas-laptop")), Some(text("Linux")));
    device.metadata = metadata();
    let mail = shop.queued_mail(&sale.license);
    changes.orders.push(Write::changed(open.clone()));
    changes.activations.push(Write::changed(device.clone()));
    changes.mails.push(Write::changed(mail.clone()));
    let license = changes.licenses[0].value.clone();
    let (order, open) = (
        changes.orders[0].value.clone(),
        changes.orders[1].value.clone(),
    );
    let (device, mail) = (
        changes.activations[0].value.clone(),
        changes.mails[0].value.clone(),
    );
    committed(store, changes);
    Rows {
        customer: sale.customer,
        order,
        open,
        license,
        device,
        mail,
    }
}

fn erasure(shop: &Shop, customer: &Customer) -> Erasure {
    let env = shop.env.env();
    let id = customer.id.as_str();
    Erasure {
        tenant: shop.tenant.id.clone(),
        customer: customer.id.clone(),
        email: Email::erased(id),
        audit: env.audit(
            &shop.tenant.id,
            env.now(),
            Actor::Operator,
            "customer.erased",
            id,
        ),
    }
}

/// An erased customer keeps its id and loses every personal datum, here and in what belongs to it. What
/// was sold and paid stays, and so do the rows of other customers.
pub fn an_erased_customer_has_no_personal_data_left(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let (rows, other) = (
        customer_with_all(store, &shop),
        customer_with_all(store, &shop),
    );
    let erasure = erasure(&shop, &rows.customer);
    assert_eq!(store.erase_customer(&erasure), Ok(true));
    let tenant = &shop.tenant.id;
    let erased = Customer {
        email: erasure.email.clone(),
        name: None,
        external_id: None,
        metadata: serde_json::Map::new(),
        ..rows.customer.clone()
    };
    assert_eq!(store.customer(tenant, &erased.id), Ok(Some(erased.clone())));
    assert_orders_without_buyer(store, &shop, &rows);
    assert_licenses_without_notes(store, &shop, &rows, &erasure);
    assert_found_no_more(store, &shop, &rows, &other);
    let kept = store.customer(tenant, &other.customer.id);
    assert_eq!(kept, Ok(Some(other.customer)));
    let filter = AuditFilter {
        action: Some("customer.erased".to_owned()),
        ..AuditFilter::default()
    };
    let trail = store.audit(tenant, &filter, &PageRequest::default());
    assert_eq!(trail.expect("the store answers").items.len(), 1);
}

/// The orders of the customer, and those with its address, name no buyer and keep all else.
fn assert_orders_without_buyer(store: &Nodes<'_>, shop: &Shop, rows: &Rows) {
    for order in [&rows.order, &rows.open] {
        let read = store.order(&shop.tenant.id, &order.id);
        let read = read.expect("the store answers").expect("it is there");
        assert!(read.version > order.version);
        let expected = Order {
            buyer: None,
            email: None,
            basket: Basket::default(),
            version: read.version,
            ..order.clone()
        };
        assert_eq!(read, expected);
    }
}

/// The licenses have neither notes nor metadata, and their devices and mails name nobody.
fn assert_licenses_without_notes(store: &Nodes<'_>, shop: &Shop, rows: &Rows, erasure: &Erasure) {
    let tenant = &shop.tenant.id;
    let read = store.license(tenant, &rows.license.id);
    let read = read.expect("the store answers").expect("it is there");
    assert_eq!(read.email, erasure.email);
    let expected = License {
        notes: None,
        metadata: Metadata::default(),
        version: read.license.version,
        ..rows.license.clone()
    };
    assert_eq!(read.license, expected);
    let device = store.activation(&rows.license.id, &rows.device.fingerprint);
    let device = device.expect("the store answers").expect("it is there");
    assert_eq!((&device.hostname, &device.os), (&None, &None));
    assert_eq!(device.metadata, Metadata::default());
    let mail = store.mailing(tenant, &rows.mail.id);
    let to = mail.expect("the store answers").map(|it| it.to);
    assert_eq!(to.as_ref(), Some(&erasure.email));
}

/// Neither the address nor the metadata finds the customer, and others are found.
fn assert_found_no_more(store: &Nodes<'_>, shop: &Shop, rows: &Rows, other: &Rows) {
    let (tenant, page) = (&shop.tenant.id, PageRequest::default());
    let by_address = CustomerFilter {
        email: Some(rows.customer.email.clone()),
        ..CustomerFilter::default()
    };
    let found = store.customers(tenant, &by_address, &page);
    assert_eq!(found.map(|it| it.items), Ok(vec![]));
    let by_metadata = LicenseFilter {
        metadata: vec![("phone".to_owned(), "555".to_owned())],
        ..LicenseFilter::default()
    };
    let found = store.licenses(tenant, &by_metadata, &page);
    let found = found.expect("the store answers").items.into_iter();
    let found: Vec<_> = found.map(|it| it.license.id).collect();
    assert_eq!(found, std::slice::from_ref(&other.license.id));
}

/// A change that was decided before an erasure is refused; a customer of another tenant is not erased;
/// and the address is free for a new customer.
pub fn an_erasure_is_not_undone_and_erases_nobody_else(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let rows = customer_with_all(store, &shop);
    let foreign = erasure(&other, &rows.customer);
    assert_eq!(store.erase_customer(&foreign), Ok(false));
    let kept = store.customer(&shop.tenant.id, &rows.customer.id);
    assert_eq!(kept, Ok(Some(rows.customer.clone())));

    let erasure = erasure(&shop, &rows.customer);
    assert_eq!(store.erase_customer(&erasure), Ok(true));
    let stale = changing(&shop, |it| it.licenses.push(Write::changed(rows.license)));
    let refused = store.commit(stale);
    assert!(
        matches!(refused, Err(CommitError::Refused(_))),
        "{refused:?}"
    );
    let again = Customer {
        id: shop.customer().id,
        ..rows.customer
    };
    committed(
        store,
        changing(&shop, |it| it.customers.push(again.clone())),
    );
    assert_eq!(store.customer(&shop.tenant.id, &again.id), Ok(Some(again)));
}
