//! What PostgreSQL does not keep.

use mintage_domain::model::sales::customer::{Customer, CustomerName};
use mintage_domain::ports::{Commit, Customers};
use mintage_testkit::fixtures::Shop;

use crate::contract::Fresh;

/// PostgreSQL keeps no NUL in a text, and a buyer may have any name.
#[test]
fn a_buyer_with_a_nul_in_the_name_gets_a_license() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sale = shop.sale_to(Customer {
        name: Some(CustomerName::truncated("An\0na")),
        ..shop.customer()
    });
    store.commit(shop.selling(&sale)).unwrap();
    let buyer = store.customer(&shop.tenant.id, &sale.customer.id).unwrap();
    assert_eq!(buyer.unwrap().name.as_deref(), Some("Anna"));
}
