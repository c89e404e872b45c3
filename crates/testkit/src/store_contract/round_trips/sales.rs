//! What a sale leaves behind.

use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::licenses::standing::{
    HoldCause, HoldStatus, Revocation, RevocationReason, Standing,
};
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::sales::payment::Payment;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::ports::Store;
use serde_json::{Map, json};

use super::{INSTANTS, NAMES, comes_back, each_comes_back, each_overwrites};
use crate::fixtures::{Shop, cents, email, text};

/// Events of every outcome, with and without an account, on both endpoints.
pub fn a_heard_event_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let parked = EventOutcome::Parked {
        reason: "no such \"key type\" — gone".to_owned(),
        payload: (0..=255).collect(),
        retry_at: INSTANTS[2],
    };
    let first = shop.processed_event();
    let rows = [
        (parked, first.account.clone()),
        (EventOutcome::Ignored("ünknown".to_owned()), None),
        (EventOutcome::Applied, first.account.clone()),
    ]
    .map(|(outcome, account)| ProcessedEvent {
        outcome,
        account,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.events, rows);
    let elsewhere = ProcessedEvent {
        endpoint: Mode::Sandbox,
        kind: "account.updated".to_owned(),
        ..first
    };
    each_comes_back(store, &shop, |it| &mut it.events, [elsewhere]);
}

/// Customers with everything told and with nothing told.
pub fn a_customer_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let facts = json!({ "källa": "messe", "n": i64::MAX, "x": [1.5, null, { "deep": true }] });
    let told = Customer {
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
    for customer in [told, empty, shop.customer()] {
        comes_back(store, &shop, |it| it.customers.push(customer));
    }
}

/// Orders in every status, with everything told and with nothing told.
pub fn an_order_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let bare = Order {
        session: None,
        status: OrderStatus::Opening,
        ..shop.order()
    };
    let told = Order {
        mode: Mode::Sandbox,
        terms: LicenseTerms {
            term: Term::Days(Days::new(30).expect("a month")),
            activation_limit: LicenseTerms::MAX_ACTIVATIONS,
            entitlements: Entitlements::default(),
        },
        fee: Some(cents(15)),
        buyer: Some(email("buyer@example.test")),
        session: Some(shop.session()),
        customer: Some(sale.customer.id),
        total: Some(cents(Money::MAX_MINOR)),
        payment: Some(shop.payment_intent()),
        fulfilled_at: Some(INSTANTS[2]),
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
    ];
    let variants = statuses
        .into_iter()
        .flat_map(|status| [bare.clone(), told.clone()].map(|order| Order { status, ..order }));
    each_overwrites(store, &shop, |it| &mut it.orders, variants);
}

/// Payments with and without an order, with the largest amounts.
pub fn a_payment_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.payment();
    let table = [
        (None, 0, false),
        (Some(sale.order.id), i64::MAX, true),
        (None, 1, false),
    ];
    let rows = table.map(|(order, refunded, fully_refunded)| Payment {
        order,
        refunded,
        fully_refunded,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.payments, rows);
}

/// Licenses in every standing, sold here and elsewhere, with and without entitlements.
pub fn a_license_reads_back_as_written(store: &dyn Store) {
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
        ..shop.license(&sale.customer)
    };
    let variants = standings().map(|standing| License {
        standing,
        ..sold.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.licenses, variants);
}

/// Devices that tell everything and nothing, active and released.
pub fn an_activation_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let license = shop.sold(store).license;
    let first = Activation {
        fingerprint: Fingerprint::parse(&"🗝".repeat(64)).expect("256 bytes"),
        ..shop.activation(&license)
    };
    let facts = json!({ "källa": "mässa", "n": i64::MAX, "x": [1.5, null, { "deep": "\u{0}" }] });
    let told = Activation {
        mode: Mode::Sandbox,
        hostname: Some(text(NAMES[1])),
        os: Some(text(NAMES[2])),
        metadata: Metadata::parse(facts.as_object().cloned().unwrap_or_default())
            .expect("it is small"),
        last_seen: INSTANTS[2],
        released_at: Some(INSTANTS[3]),
        ..first.clone()
    };
    let empty = Activation {
        hostname: Some(text("")),
        os: Some(text("")),
        first_seen: INSTANTS[0],
        ..first.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.activations, [first, told, empty]);
}

/// Every kind of revocation and of hold, alone and together.
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
    revoked
        .into_iter()
        .chain(held)
        .chain([all, Standing::new(None)])
}
