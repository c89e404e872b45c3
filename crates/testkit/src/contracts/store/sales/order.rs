//! Orders.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{PaymentLinkId, StripePriceId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::sale::QuantityAs;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::model::sales::basket::{Basket, OrderLine};
use mintage_domain::model::sales::claim::{ClaimedLine, SaleClaim};
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::ports::OrderFilter;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{INSTANTS, each_overwrites};
use crate::fixtures::{Sale, Shop, cents, email, stripe_account};

/// Orders in every status, with every field set and with optional fields empty, read back
/// unchanged.
pub fn an_order_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let bare = Order {
        session: None,
        status: OrderStatus::Opening,
        ..shop.order()
    };
    let full = Order {
        mode: Mode::Sandbox,
        terms: LicenseTerms {
            term: Term::Days(Days::new(30).expect("a month")),
            activation_limit: LicenseTerms::MAX_ACTIVATIONS,
            entitlements: Entitlements::default(),
            term_from: TermFrom::FirstActivation,
            updates_for: Days::new(7),
        },
        basket: basket(&shop),
        fee: Some(cents(15)),
        buyer: Some(email("buyer@example.test")),
        email: Email::kept("not..(mailable)@x"),
        session: Some(shop.session()),
        customer: Some(sale.customer.id),
        total: Money::charged(i64::MAX, cents(0).currency()).ok(),
        payment: Some(shop.payment_intent()),
        fulfilled_at: Some(INSTANTS[2]),
        claim: Some(SaleClaim {
            key_type: Some("pro \"ünit\"".to_owned()),
            product: Some("pixel".to_owned()),
            quantity: Some("2".to_owned()),
            payment_link: PaymentLinkId::parse("plink_1").ok(),
            lines: vec![ClaimedLine {
                price: StripePriceId::parse("price_1").expect("an id"),
                quantity: 2,
            }],
            ..SaleClaim::default()
        }),
        product: ProductId::parse("another").expect("a slug"),
        key_type: KeyTypeId::parse("another").expect("a slug"),
        ..bare.clone()
    };
    let statuses = [
        OrderStatus::Opening,
        OrderStatus::Open,
        OrderStatus::AwaitingPayment,
        OrderStatus::Fulfilled,
        OrderStatus::PaymentFailed,
        OrderStatus::Expired,
        OrderStatus::Abandoned,
        OrderStatus::Unmapped,
    ];
    let variants = statuses
        .into_iter()
        .flat_map(|status| [bare.clone(), full.clone()].map(|order| Order { status, ..order }));
    each_overwrites(store, &shop, |it| &mut it.orders, variants);
}

/// A basket with all that it can have.
fn basket(shop: &Shop) -> Basket {
    let line = |slug: &str, quantity, quantity_as| OrderLine {
        product: shop.product.id.clone(),
        key_type: shop.another_key_type(slug).id,
        terms: LicenseTerms {
            term: Term::Days(Days::new(365).expect("a year")),
            term_from: TermFrom::FirstActivation,
            updates_for: Days::new(36_500),
            ..shop.key_type.terms.clone()
        },
        price: cents(2_900),
        quantity: Quantity::new(quantity).expect("a quantity"),
        quantity_as,
    };
    let metadata = serde_json::json!({ "källa": "mässa", "n": [1, null] });
    Basket {
        lines: vec![
            line("pro", 100, QuantityAs::Licenses),
            line("team", 7, QuantityAs::Seats),
        ],
        may_discount: true,
        may_tax: true,
        metadata: Metadata::parse(metadata.as_object().cloned().unwrap_or_default())
            .expect("it is small"),
    }
}

/// The orders of a tenant are listed in pages.
pub fn orders_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let orders = at_moments(
        store,
        &shop,
        |_| shop.order(),
        |it, order| it.orders.push(Write::changed(order.clone())),
    );
    assert_paged(
        &|page| store.orders(&shop.tenant.id, &OrderFilter::default(), page),
        &|it| (it.created_at, it.id.to_string()),
        orders
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// A list returns each older row once while new rows are written between two pages.
pub fn what_is_new_does_not_shift_the_pages_behind_it(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let orders = at_moments(
        store,
        &shop,
        |_| shop.order(),
        |it, order| it.orders.push(Write::changed(order.clone())),
    );
    let list = |page: &PageRequest| {
        shop.env.clock.advance(Duration::from_secs(1));
        let newer = Write::changed(shop.order());
        let page = store.orders(&shop.tenant.id, &OrderFilter::default(), page);
        committed(store, changing(&shop, |it| it.orders.push(newer)));
        page
    };
    let (all, _) = read_all(2, &list);
    let mut read: Vec<_> = all.into_iter().map(|it| it.id).collect();
    read.reverse();
    let written: Vec<_> = orders.into_iter().map(|it| it.id).collect();
    assert_eq!(read.len(), written.len());
    assert!(written.iter().all(|id| read.contains(id)));
}

/// An order is found by its session, but only on the account of the session.
pub fn an_order_is_found_by_its_session(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let Sale { order, .. } = shop.sold(store);
    let session = order.session.clone().expect("it has one");
    let elsewhere = stripe_account("acct_elsewhere");
    let same_elsewhere = Order {
        account: elsewhere.clone(),
        session: Some(session.clone()),
        ..shop.order()
    };
    assert_eq!(store.order_of_session(&elsewhere, &session), Ok(None));
    let put = Write::changed(same_elsewhere);
    committed(store, changing(&shop, |it| it.orders.push(put.clone())));
    let found = |account| store.order_of_session(account, &session);
    assert_eq!(found(&elsewhere), Ok(Some(put.value)));
    assert_eq!(found(&shop.account), Ok(Some(order)));
    let unknown = shop.session();
    assert_eq!(store.order_of_session(&shop.account, &unknown), Ok(None));
}

/// An order is found by its session alone, unless several accounts have the session.
pub fn an_order_is_found_by_its_session_on_any_account(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sales = [shop.sold(store), other.sold(store)];
    for Sale { order, .. } in &sales {
        let session = order.session.as_ref().expect("it has one");
        let found = store.order_of_checkout(session);
        assert_eq!(found, Ok(Some(order.clone())));
    }
    assert_eq!(store.order_of_checkout(&shop.session()), Ok(None));
    let [Sale { order, .. }, _] = sales;
    let session = order.session.clone().expect("it has one");
    let same_elsewhere = Write::changed(Order {
        account: stripe_account("acct_elsewhere"),
        session: order.session,
        ..shop.order()
    });
    committed(store, changing(&shop, |it| it.orders.push(same_elsewhere)));
    assert_eq!(store.order_of_checkout(&session), Ok(None));
}

/// Opening orders that were created before a time are found, at most `n`.
pub fn stuck_orders_are_found(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let opening = |seconds| Order {
        status: OrderStatus::Opening,
        session: None,
        created_at: start.plus(Duration::from_secs(seconds)),
        ..shop.order()
    };
    let orders = [opening(0), opening(1), opening(2)];
    let open = Order {
        status: OrderStatus::Open,
        ..opening(0)
    };
    committed(
        store,
        changing(&shop, |it| {
            it.orders.push(Write::changed(open));
            for order in &orders {
                it.orders.push(Write::changed(order.clone()));
            }
        }),
    );
    let found = |seconds, n| -> BTreeSet<_> {
        let before = start.plus(Duration::from_secs(seconds));
        let orders = store.stuck_orders(before, n).expect("the store answers");
        orders.into_iter().map(|it| it.id).collect()
    };
    let ids = |range: std::ops::Range<usize>| -> BTreeSet<_> {
        orders[range].iter().map(|it| it.id.clone()).collect()
    };
    assert_eq!(found(0, 10), ids(0..0));
    assert_eq!(found(1, 10), ids(0..1));
    assert_eq!(found(2, 10), ids(0..2));
    assert_eq!(found(9, 10), ids(0..3));
    assert_eq!(found(9, 2).len(), 2);
}

/// Orders are found by their status, by the address of their buyer and by their session.
pub fn orders_are_filtered(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let order = |shop: &Shop, status, address: &str| Order {
        status,
        email: Email::kept(address),
        ..shop.order()
    };
    let (open, expired) = (OrderStatus::Open, OrderStatus::Expired);
    let orders = [
        order(&shop, open, "ada@example.test"),
        order(&shop, expired, "ada@example.test"),
        order(&shop, open, "odd..(x)"),
        order(&other, open, "ada@example.test"),
    ];
    for order in &orders {
        committed(
            store,
            changing(&shop, |it| it.orders.push(Write::changed(order.clone()))),
        );
    }
    let [first, second, third, _] = &orders;
    for (status, address, session, found) in [
        (None, None, None, vec![first, second, third]),
        (Some(open), None, None, vec![first, third]),
        (None, Some("ada@example.test"), None, vec![first, second]),
        (Some(expired), Some("ada@example.test"), None, vec![second]),
        (None, Some("odd..(x)"), None, vec![third]),
        (None, None, Some(first), vec![first]),
        (Some(expired), None, Some(first), vec![]),
        (Some(OrderStatus::Fulfilled), None, None, vec![]),
    ] {
        let filter = OrderFilter {
            status,
            email: address.and_then(Email::kept),
            session: session.and_then(|order| order.session.clone()),
            account: None,
        };
        let page = store.orders(&shop.tenant.id, &filter, &PageRequest::default());
        let mut listed: Vec<_> = page
            .expect("a page")
            .items
            .into_iter()
            .map(|it| it.id)
            .collect();
        listed.sort();
        let mut expected: Vec<_> = found.iter().map(|it| it.id.clone()).collect();
        expected.sort();
        assert_eq!(listed, expected, "{filter:?}");
    }
}
