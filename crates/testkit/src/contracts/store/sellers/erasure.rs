//! Erasing tenants.

use mintage_domain::base::email::Email;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::seal::Sealed;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::Delivery;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::sales::basket::Basket;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sellers::audit::{AuditEntry, Origin};
use mintage_domain::ports::{AuditFilter, TenantErasure, TenantRows};

use serde_json::Map;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::read_all;
use crate::fixtures::{Shop, email, text};

/// More than a step takes.
const ENTRIES: usize = 250;

/// What a tenant has that belongs to no customer.
#[derive(Debug, Clone, PartialEq)]
struct Rows {
    /// An order that nobody paid.
    order: Order,
    /// A mail to the seller.
    mail: QueuedMail,
    /// A mail to a buyer, whose address goes with the customer.
    license_mail: QueuedMail,
    /// A delivery that waits.
    delivery: Delivery,
}

/// Rows with personal data, and entries of the audit trail by requests.
fn with_personal_data(store: &Nodes<'_>, shop: &Shop) -> Rows {
    let order = Order {
        buyer: Some(email("ada@example.test")),
        email: Some(email("ada@example.test")),
        basket: Basket {
            metadata: Metadata::parse(Map::from_iter([("phone".to_owned(), "555".into())]))
                .expect("it is small"),
            ..Basket::default()
        },
        ..shop.order()
    };
    let license = shop.sold(store).license;
    let license_mail = Write::changed(shop.queued_mail(&license));
    let mut delivery = shop.delivery(&license);
    if let Some(customer) = &mut delivery.customer {
        customer.external_id = Some(text("crm-1"));
    }
    let (order, mail) = (Write::changed(order), Write::changed(shop.queued_notice()));
    let delivery = Write::changed(delivery);
    let stored = Rows {
        order: order.value.clone(),
        mail: mail.value.clone(),
        license_mail: license_mail.value.clone(),
        delivery: delivery.value.clone(),
    };
    let changes = changing(shop, |it| {
        it.orders.push(order);
        it.mails.push(mail);
        it.mails.push(license_mail);
        it.deliveries.push(delivery);
        it.audit.extend((0..ENTRIES).map(|_| AuditEntry {
            origin: Some(Origin {
                address: "203.0.113.9".parse().expect("an address"),
                request_id: "req_1".to_owned(),
            }),
            ..shop.audit_entry()
        }));
    });
    committed(store, changes);
    stored
}

fn erase(store: &Nodes<'_>, shop: &Shop) -> Email {
    let email = Email::erased(shop.tenant.id.as_str());
    for rows in TenantRows::ALL {
        let mut step = TenantErasure {
            tenant: shop.tenant.id.clone(),
            email: email.clone(),
            rows,
            after: None,
        };
        loop {
            step.after = store.erase_tenant(&step).expect("the store answers");
            if step.after.is_none() {
                break;
            }
        }
    }
    email
}

/// The addresses and requests in the audit trail.
fn origins(store: &Nodes<'_>, shop: &Shop) -> usize {
    let filter = AuditFilter::default();
    let list = |page: &PageRequest| store.audit(&shop.tenant.id, &filter, page);
    let (trail, _) = read_all(PageRequest::MAX, &list);
    assert!(trail.len() >= ENTRIES, "the entries stay");
    let by_requests = trail.iter();
    by_requests
        .filter(|it| it.address.is_some() || it.request_id.is_some())
        .count()
}

fn read(store: &Nodes<'_>, shop: &Shop, rows: &Rows) -> Rows {
    let tenant = &shop.tenant.id;
    let there = "the store answers";
    let order = store.order(tenant, &rows.order.id).expect(there);
    let mail = store.mailing(tenant, &rows.mail.id).expect(there);
    let license_mail = store.mailing(tenant, &rows.license_mail.id);
    let delivery = store.delivery(tenant, &rows.delivery.id).expect(there);
    Rows {
        order: order.expect("an order"),
        mail: mail.expect("a mail"),
        license_mail: license_mail.expect(there).expect("a mail"),
        delivery: delivery.expect("a delivery").0,
    }
}

/// An erased tenant keeps its orders, mails to the seller, deliveries and audit trail, which name nobody;
/// mails to buyers and the rows of other tenants are as they were. To repeat the erasure changes nothing.
pub fn an_erased_tenant_has_no_personal_data_left(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let rows = with_personal_data(store, &shop);
    let of_other = with_personal_data(store, &other);
    for _ in 0..2 {
        let to = erase(store, &shop);
        let Rows {
            order,
            mail,
            license_mail,
            delivery,
        } = rows.clone();
        let mut expected = Rows {
            order: Order {
                buyer: None,
                email: None,
                basket: Basket::default(),
                version: order.version + 1,
                ..order
            },
            mail: QueuedMail {
                to,
                version: mail.version + 1,
                ..mail
            },
            license_mail,
            delivery: Delivery {
                sealed_body: Sealed::from_bytes(&[]).expect("no bytes are an erased secret"),
                version: delivery.version + 1,
                ..delivery
            },
        };
        if let Some(customer) = &mut expected.delivery.customer {
            customer.external_id = None;
        }
        assert_eq!(read(store, &shop, &rows), expected);
        assert_eq!(origins(store, &shop), 0);
    }
    assert_eq!(read(store, &other, &of_other), of_other);
    assert_eq!(origins(store, &other), ENTRIES);
}
