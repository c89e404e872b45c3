//! Rows that a node of the version before has written. Each SQL store holds these in its own tests, with a
//! `Fresh` store and `run`, which runs a statement beside the store.

use mintage_domain::base::id::RefundId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::sale::QuantityAs;
use mintage_domain::model::sales::basket::{Basket, OrderLine};
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::Payment;
use mintage_domain::model::sales::refunds::Refunds;
use mintage_domain::ports::{Commit, Orders, Payments};
use mintage_testkit::fixtures::{Shop, email};

use crate::contract::Fresh;

#[test]
fn a_refund_that_a_node_of_the_version_before_recorded_counts() {
    let part = || {
        let mut refunds = Refunds::default();
        refunds.report(RefundId::parse("re_1").unwrap(), 500, None);
        refunds
    };
    for (refunds, charged) in [
        (Refunds::default(), None),
        (Refunds::default(), Some(2_900)),
        (part(), None),
        (part(), Some(2_900)),
    ] {
        let store = Fresh::open();
        let shop = Shop::opened(&*store, "acme");
        let payment = Payment {
            charged,
            refunds,
            ..shop.payment()
        };
        let mut changes = shop.changes();
        changes.payments.push(Write::new(payment.clone()));
        store.commit(changes).unwrap();
        let read = || store.payment(&payment.key).unwrap().unwrap();
        assert_eq!(read().refunds, payment.refunds);
        store.run("update payments set refunded = 2900, fully_refunded = true");
        let read = read();
        assert_eq!(read.refunded(), 2_900, "{payment:?}");
        assert!(read.is_fully_refunded(), "{payment:?}");
    }
}

#[test]
fn the_address_of_an_order_that_a_node_of_the_version_before_opened_is_its_buyers() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let buyer = Some(email("ada@example.test"));
    for (buyer, written) in [(buyer.clone(), buyer), (None, None)] {
        let order = Order {
            email: written.clone(),
            buyer,
            ..shop.order()
        };
        let mut changes = shop.changes();
        changes.orders.push(Write::new(order.clone()));
        store.commit(changes).unwrap();
        store.run("update orders set email = null");
        let read = store.order(&shop.tenant.id, &order.id).unwrap().unwrap();
        assert_eq!(read.email, written);
    }
}

#[test]
fn a_node_of_the_version_before_does_not_mint_from_an_order_of_several_licenses() {
    for (quantity_as, is_hidden) in [(QuantityAs::Licenses, true), (QuantityAs::Seats, false)] {
        let store = Fresh::open();
        let shop = Shop::opened(&*store, "acme");
        let plain = shop.order();
        let line = OrderLine {
            quantity: Quantity::new(2).unwrap(),
            quantity_as,
            ..plain.lines()[0].clone()
        };
        let order = Order {
            terms: line.license_terms(),
            basket: Basket {
                lines: vec![line],
                ..Basket::default()
            },
            ..plain
        };
        let mut changes = shop.changes();
        changes.orders.push(Write::new(order.clone()));
        store.commit(changes).unwrap();
        let read = store.order(&shop.tenant.id, &order.id).unwrap().unwrap();
        assert_eq!(read.basket, order.basket);
        assert_eq!(read.terms, order.terms);
        // The node before reads no basket.
        store.run("update orders set basket = null");
        let read = store.order(&shop.tenant.id, &order.id).unwrap().unwrap();
        let is_past = read.terms.term.expires_at(shop.now()).is_err();
        assert_eq!(is_past, is_hidden, "{quantity_as}");
        if !is_hidden {
            assert_eq!(read.terms.activation_limit, 6, "one license with all seats");
        }
    }
}
