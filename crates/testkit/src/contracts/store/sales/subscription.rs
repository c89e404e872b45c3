//! Subscriptions, and what other rows keep of them.

use mintage_domain::base::id::{InvoiceId, SubscriptionId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::recurrence::{Billing, Interval, Recurrence};
use mintage_domain::model::licenses::standing::{HoldCause, Lapse, Standing, State};
use mintage_domain::model::licenses::subscribed::Subscribed;
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{PaidInvoice, Payment};
use mintage_domain::model::sales::subscription::Subscription;
use mintage_domain::model::stripe::subscription::{
    InvoiceFacts, SoldPrice, StripeSubscription, SubscriptionStatus,
};
use mintage_domain::ports::{LicenseFilter, LicenseRecord};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::read_all;
use crate::contracts::store::round_trip::{INSTANTS, comes_back, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

const QUARTERLY: Recurrence = Recurrence {
    billing: Billing {
        interval: Interval::Month,
        count: 3,
    },
    trial_days: 730,
    grace_days: 0,
};

fn sub(text: &str) -> SubscriptionId {
    SubscriptionId::parse(text).expect("an id")
}

fn invoice(text: &str) -> InvoiceId {
    InvoiceId::parse(text).expect("an id")
}

/// Subscriptions without and with an order, invoices and a state, read back unchanged.
pub fn a_subscription_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.subscription();
    let mut full = first.clone();
    full.begin(&sale.order.id, 90);
    full.assume(shop.now(), QUARTERLY.first_period());
    full.report_invoice(&InvoiceFacts {
        id: invoice("in_1"),
        subscription: Some(first.key.id.clone()),
        created: Some(-1),
        period_end: Some(i64::MAX),
        is_paid: true,
        has_failed: true,
        is_void: true,
        amount_paid: None,
        currency: None,
        payment_intent: None,
        is_ours: None,
    });
    full.report_refund(&invoice("in_2"), true);
    full.report(StripeSubscription {
        id: first.key.id.clone(),
        status: SubscriptionStatus::PastDue,
        period_start: None,
        period_end: Some(1),
        cancels: true,
        is_paused: true,
        latest_invoice: Some(invoice("in_2")),
        sold: Some(SoldPrice {
            tenant: shop.tenant.id.clone(),
            product: shop.product.id.clone(),
            key_type: shop.key_type.id.clone(),
        }),
        is_ours: None,
    });
    let other = Subscription {
        news: full.news.clone(),
        order: None,
        ..first.clone()
    };
    each_overwrites(
        store,
        &shop,
        |it| &mut it.subscriptions,
        [first, full, other],
    );
}

/// What key types, orders, prices and payments say of subscriptions reads back unchanged.
pub fn what_recurs_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    for (id, interval) in [
        ("d", Interval::Day),
        ("w", Interval::Week),
        ("y", Interval::Year),
    ] {
        let mut recurrence = QUARTERLY;
        recurrence.billing.interval = interval;
        let key_type = KeyType {
            recurrence: Some(recurrence),
            ..shop.another_key_type(id)
        };
        comes_back(store, &shop, |it| it.key_types.push(Write::new(key_type)));
    }
    let order = Order {
        recurrence: Some(QUARTERLY),
        ..shop.order()
    };
    each_comes_back(store, &shop, |it| &mut it.orders, [order]);
    let mut link = shop.price_link();
    link.billing = Some(QUARTERLY.billing);
    comes_back(store, &shop, |it| it.prices.push(link));
    let payment = Payment {
        invoice: Some(PaidInvoice {
            subscription: sub("sub_1"),
            invoice: invoice("in_1"),
        }),
        ..shop.payment()
    };
    let without = Payment {
        invoice: None,
        ..payment.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.payments, [without, payment]);
}

/// A license with its subscription, with and without a lapse, and with another key type than before,
/// reads back unchanged.
pub fn a_license_of_a_subscription_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let team = shop.another_key_type("team");
    comes_back(store, &shop, |it| {
        it.key_types.push(Write::new(team.clone()));
    });
    let plain = shop.license(&sale.customer);
    let subscribed = |status, end| {
        Some(Subscribed {
            id: sub("sub_1"),
            status,
            current_period_end: end,
            cancels_at_period_end: end.is_none(),
        })
    };
    let lapse = |cause, from| {
        Standing::new(None).with_subscription(Some(from), Some(Lapse { cause, from }))
    };
    let variants = [
        License {
            subscription: subscribed(SubscriptionStatus::Trialing, Some(i64::MAX)),
            ..plain.clone()
        },
        License {
            subscription: subscribed(SubscriptionStatus::PastDue, None),
            standing: lapse(HoldCause::UnpaidInvoice("in_1".to_owned()), INSTANTS[2]),
            key_type: team.id,
            ..plain.clone()
        },
        License {
            standing: lapse(HoldCause::Subscription("sub_1".to_owned()), INSTANTS[1]),
            ..plain.clone()
        },
        plain,
    ];
    each_overwrites(store, &shop, |it| &mut it.licenses, variants);
}

/// A license with a lapse is listed as active until the lapse begins, and as frozen afterwards. Noticing
/// the end of terms changes neither.
pub fn a_license_with_a_lapse_is_in_the_list_of_its_state(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let begins = INSTANTS[2];
    let of = |standing: Standing| License {
        standing,
        ..shop.license(&sale.customer)
    };
    let unpaid = || Lapse {
        cause: HoldCause::UnpaidInvoice("in_1".to_owned()),
        from: begins,
    };
    let paused = Lapse {
        cause: HoldCause::Subscription("sub_1".to_owned()),
        from: INSTANTS[1],
    };
    let mut held = Standing::new(None).with_subscription(Some(begins), Some(unpaid()));
    held.hold(HoldCause::Admin);
    let licenses = [
        of(Standing::new(Some(begins))),
        of(Standing::new(None).with_subscription(Some(begins), Some(unpaid()))),
        of(Standing::new(None).with_subscription(Some(begins), Some(paused))),
        of(held),
    ];
    committed(
        store,
        changing(&shop, |it| {
            it.licenses = licenses.iter().cloned().map(Write::changed).collect();
        }),
    );
    let assert_lists = |moment: &str, times: &[Timestamp]| {
        for now in times.iter().copied() {
            for state in State::ALL {
                let filter = LicenseFilter {
                    state: Some((state, now)),
                    ..LicenseFilter::default()
                };
                let list = |page: &_| store.licenses(&shop.tenant.id, &filter, page);
                let (read, _) = read_all(1, &list);
                let mut read: Vec<_> = read.into_iter().map(|it| it.license.id).collect();
                read.retain(|id| *id != sale.license.id);
                let expected = licenses.iter().filter(|it| it.state(now) == state);
                let mut expected: Vec<_> = expected.map(|it| it.id.clone()).collect();
                read.sort();
                expected.sort();
                assert_eq!(read, expected, "{state} at {now} {moment}");
            }
        }
    };
    assert_lists("before", &[INSTANTS[1], begins, INSTANTS[3]]);
    let ended = store.ended_licenses(begins, 100);
    let ended = ended.expect("the store answers");
    let has_lapse = |it: &LicenseRecord| it.license.standing.lapse().is_some();
    assert!(!ended.iter().any(has_lapse), "a lapse is not an end");
}
