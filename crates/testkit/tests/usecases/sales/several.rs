//! Checkouts of several items: what is agreed, what is minted, and what is refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use mintage_domain::base::id::SessionId;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::{MixedSwitch, QuantityAs, SaleOptions, SessionOptions};
use mintage_domain::model::licenses::standing::{RevocationReason, State};
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::model::outbox::mail::MailContent;
use mintage_domain::model::sales::items::{CheckoutItem, CheckoutItems, Quantity};
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::stripe::event::{
    EventData, PaymentStatus, RefundFacts, RefundReport, SessionFacts,
};
use mintage_domain::ports::{
    Catalog, CheckoutLine, ClaimLimits, Commit, LicenseRecord, Licenses, Mails, MockStripe,
};
use mintage_domain::usecase::outbox::mail::{Composed, LEASE, compose};
use mintage_domain::usecase::sales::cannot_sell::CannotSell;
use mintage_domain::usecase::sales::checkout::OpenCheckout;
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_domain::usecase::stripe::inbound::Outcome;
use mintage_testkit::fixtures::cents;

use crate::seller::{Seller, intent, paid, unpaid};

/// A seller who sells `pixel/pro` by the license, `pixel/team` by the seat, and `brush/solo`.
fn seller() -> Seller {
    let seller = Seller::new();
    seller.connect(&seller.shop.account_ref()).unwrap();
    let brush = seller.shop.another_product("brush");
    add_key_type(&seller, "team", |it| {
        it.price = Some(cents(9_900));
        it.sale.quantity_as = QuantityAs::Seats;
    });
    let mut changes = seller.shop.changes();
    changes.key_types.push(Write::new(KeyType {
        product: brush.id.clone(),
        id: KeyTypeId::parse("solo").unwrap(),
        price: Some(cents(500)),
        ..seller.shop.key_type.clone()
    }));
    changes.products.push(Write::new(brush));
    seller.store.commit(changes).unwrap();
    seller.set_up_prices().unwrap();
    seller
}

/// Adds a key type of `pixel`, and sets up its price.
fn add_key_type(seller: &Seller, slug: &str, change: impl Fn(&mut KeyType)) {
    let mut key_type = seller.shop.another_key_type(slug);
    change(&mut key_type);
    let mut changes = seller.shop.changes();
    changes.key_types.push(Write::new(key_type));
    seller.store.commit(changes).unwrap();
    seller.set_up_prices().unwrap();
}

fn items(items: &[(&str, &str, u32)]) -> CheckoutItems {
    let items = items
        .iter()
        .map(|(product, key_type, quantity)| CheckoutItem {
            product: ProductId::parse(product).unwrap(),
            key_type: KeyTypeId::parse(key_type).unwrap(),
            quantity: Quantity::new(*quantity).unwrap(),
        });
    CheckoutItems::new(items.collect()).unwrap()
}

fn wanted(seller: &Seller, of: &[(&str, &str, u32)]) -> OpenCheckout {
    let metadata = serde_json::json!({ "campaign": "launch" });
    OpenCheckout {
        items: items(of),
        metadata: Metadata::parse(metadata.as_object().unwrap().clone()).unwrap(),
        ..seller.wanted()
    }
}

const ALL: [(&str, &str, u32); 3] = [
    ("pixel", "pro", 2),
    ("pixel", "team", 5),
    ("brush", "solo", 3),
];
/// Two of 29.00, five of 99.00 and three of 5.00.
const PRICE: i64 = 56_800;
/// Two licenses, one with seats, three licenses.
const UNITS: [(u32, u32); 6] = [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (2, 2)];

fn costing(facts: SessionFacts, total: i64) -> SessionFacts {
    SessionFacts {
        amount_subtotal: Some(PRICE),
        amount_total: Some(total),
        ..facts
    }
}

fn refund(session: &SessionId, refunded: i64) -> EventData {
    EventData::Refund(RefundFacts {
        invoice: None,
        payment_intent: Some(intent(session)),
        currency: Some("usd".to_owned()),
        at: None,
        report: RefundReport::Charge {
            charged: Some(PRICE),
            refunded,
        },
    })
}

fn licenses(seller: &Seller, session: &SessionId) -> Vec<LicenseRecord> {
    let order = seller.order(session);
    seller.store.licenses_of_order(&order.id).unwrap()
}

fn units(licenses: &[LicenseRecord]) -> Vec<(u32, u32)> {
    let unit = |it: &LicenseRecord| it.license.unit.as_ref().map(|unit| (unit.line, unit.unit));
    licenses.iter().filter_map(unit).collect()
}

#[test]
fn each_unit_of_each_line_mints_one_license_and_seats_are_one_license() {
    let seller = seller();
    let session = seller.session_for(&wanted(&seller, &ALL));
    let order = seller.order(&session);
    assert_eq!(order.price, cents(PRICE));
    assert_eq!(order.fee, Some(cents(284)), "half a percent of all lines");
    let completed = EventData::SessionCompleted(costing(paid(&session), PRICE));
    assert_eq!(seller.receive(completed), Ok(Outcome::Applied));

    let sold = licenses(&seller, &session);
    assert_eq!(units(&sold), UNITS);
    let keys: BTreeSet<_> = sold.iter().map(|it| it.license.key_hash).collect();
    assert_eq!(keys.len(), UNITS.len(), "each has a key of its own");
    let products: Vec<_> = sold
        .iter()
        .map(|it| (it.license.key_type.as_str(), it.license.activation_limit))
        .collect();
    let three_each = ("pro", 3);
    let single = ("solo", 3);
    assert_eq!(
        products,
        [three_each, three_each, ("team", 15), single, single, single]
    );
    for record in &sold {
        let metadata = record.license.metadata.as_map();
        assert_eq!(metadata["campaign"], "launch");
    }
    assert_eq!(seller.events(), ["license.created"; 6]);
}

#[test]
fn the_licenses_of_an_order_are_in_one_mail_without_those_that_are_revoked() {
    let seller = seller();
    let session = seller.session_for(&wanted(&seller, &ALL));
    let completed = EventData::SessionCompleted(costing(paid(&session), PRICE));
    seller.receive(completed).unwrap();
    let mut sold = licenses(&seller, &session);
    let limits = ClaimLimits {
        now: seller.shop.now(),
        responsive: 10,
        unresponsive: 0,
        per_lane: 10,
        lease: LEASE,
    };
    let claimed = seller.store.claim_mails(&limits).unwrap().leased;
    let [mail] = claimed.as_slice() else {
        panic!("{claimed:?}")
    };
    let first = sold[0].license.clone();
    assert_eq!(mail.content, MailContent::LicenseKey(first.id.clone()));
    let keys = || match compose(&*seller.store, &seller.env(), mail).unwrap() {
        Composed::Mail(mail) => 1 + mail.more.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(keys(), 6);
    // The first license is revoked before the mail is sent; the others are mailed all the same.
    let mut changes = seller.shop.changes();
    let mut license = sold.remove(0).license;
    license
        .standing
        .revoke(RevocationReason::Admin, seller.shop.now());
    changes.licenses.push(Write::changed(license));
    seller.store.commit(changes).unwrap();
    assert_eq!(keys(), 5);
}

/// All orders of these numbers.
fn permutations(numbers: &[usize]) -> Vec<Vec<usize>> {
    if numbers.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let mut rest = numbers.to_vec();
        rest.remove(at);
        for mut order in permutations(&rest) {
            order.push(*number);
            all.push(order);
        }
    }
    all
}

#[test]
fn the_events_of_an_order_mint_its_units_once_in_any_order_and_with_repeats() {
    let numbers = [0, 1, 2, 3, 4, 5];
    for order in permutations(&numbers) {
        let seller = seller();
        let session = seller.session_for(&wanted(&seller, &ALL));
        let events = [
            EventData::SessionCompleted(costing(unpaid(&session), PRICE)),
            EventData::SessionCompleted(costing(paid(&session), PRICE)),
            EventData::SessionCompleted(costing(paid(&session), PRICE)),
            EventData::SessionPaymentFailed(session.clone()),
            refund(&session, 100),
            refund(&session, PRICE),
        ];
        for number in &order {
            let inbound = seller.inbound(events[*number].clone());
            seller.receive_as(&inbound).unwrap();
            let again = seller.receive_as(&inbound);
            assert_eq!(again, Ok(Outcome::Duplicate));
        }
        assert_eq!(seller.order(&session).status, OrderStatus::Fulfilled);
        let sold = licenses(&seller, &session);
        assert_eq!(units(&sold), UNITS, "{order:?}");
        let now = seller.shop.now();
        let states: BTreeSet<_> = sold.iter().map(|it| it.license.state(now)).collect();
        assert_eq!(states, BTreeSet::from([State::Revoked]), "{order:?}");
    }
}

#[test]
fn a_lost_order_of_several_lines_mints_all_its_units() {
    let before = seller();
    let session = before.session_for(&wanted(&before, &ALL));
    let lost = before.order(&session);
    let after = Seller::beside(&Arc::default(), &before.stripe, "acme");
    after.connect(&after.shop.account_ref()).unwrap();
    let mut changes = after.shop.changes();
    let brush = after.shop.another_product("brush");
    changes.products.push(Write::new(brush));
    after.store.commit(changes).unwrap();
    let facts = SessionFacts {
        snapshot: before.snapshot(&session),
        ..costing(paid(&session), PRICE)
    };
    let outcome = after.receive(EventData::SessionCompleted(facts));
    assert_eq!(outcome, Ok(Outcome::Applied));
    let rebuilt = after.order(&session);
    assert_eq!((rebuilt.basket, rebuilt.price), (lost.basket, lost.price));
    assert_eq!(units(&licenses(&after, &session)), UNITS);
}

#[test]
fn a_lost_order_may_cost_less_or_more_only_where_discounts_or_taxes_were_allowed() {
    for (discount, tax, subtotal, total, is_minted) in [
        (false, false, 2_900, 2_900, true),
        (false, false, 2_900, 2_899, false),
        (false, false, 2_900, 3_190, false),
        (true, false, 2_900, 1_450, true),
        (true, false, 2_900, 0, true),
        (true, false, 2_900, 2_901, false),
        (true, false, 1_450, 1_450, false),
        (false, true, 2_900, 3_190, true),
        (false, true, 2_900, 2_899, false),
        (true, true, 2_900, 1_595, true),
        (true, true, 50, 50, false),
    ] {
        let open = |stripe: &Seller| {
            add_key_type(stripe, "sale", |it| {
                it.sale.session = SessionOptions {
                    allow_promotion_codes: discount,
                    automatic_tax: tax,
                    ..SessionOptions::default()
                };
            });
            stripe.session_for(&wanted(stripe, &[("pixel", "sale", 1)]))
        };
        let before = seller();
        let session = open(&before);
        let after = Seller::beside(&Arc::default(), &before.stripe, "acme");
        after.connect(&after.shop.account_ref()).unwrap();
        let is_free = total == 0;
        let facts = SessionFacts {
            payment: if is_free {
                PaymentStatus::NoPaymentRequired
            } else {
                PaymentStatus::Paid
            },
            payment_intent: (!is_free).then(|| intent(&session)),
            snapshot: before.snapshot(&session),
            amount_subtotal: Some(subtotal),
            amount_total: Some(total),
            ..paid(&session)
        };
        let outcome = after.receive(EventData::SessionCompleted(facts)).unwrap();
        let case = (discount, tax, subtotal, total);
        assert_eq!(outcome == Outcome::Applied, is_minted, "{case:?}");
        assert_eq!(after.licenses().len(), usize::from(is_minted), "{case:?}");
    }
}

#[test]
fn the_fee_is_never_above_what_was_paid() {
    for (total, fee) in [(PRICE, Some(284)), (100, Some(100)), (0, None)] {
        let seller = seller();
        let session = seller.session_for(&wanted(&seller, &ALL));
        let mut facts = costing(paid(&session), total);
        if total == 0 {
            (facts.payment, facts.payment_intent) = (PaymentStatus::NoPaymentRequired, None);
        }
        seller.receive(EventData::SessionCompleted(facts)).unwrap();
        let order = seller.order(&session);
        assert_eq!(order.fee, fee.map(cents), "{total}");
        assert_eq!(licenses(&seller, &session).len(), UNITS.len(), "{total}");
    }
}

#[test]
fn items_that_do_not_go_together_are_refused_before_stripe_is_asked() {
    let seller = seller();
    let switched = |slug: &str, options: SessionOptions| {
        add_key_type(&seller, slug, |it| {
            it.sale = SaleOptions {
                session: options,
                ..it.sale
            };
        });
    };
    let off = SessionOptions::default();
    add_key_type(&seller, "euro", |it| {
        let eur = Currency::parse("eur").unwrap();
        it.price = Some(Money::new(2_900, eur).unwrap());
    });
    switched(
        "taxed",
        SessionOptions {
            automatic_tax: true,
            ..off
        },
    );
    switched(
        "managed",
        SessionOptions {
            managed_payments: true,
            ..off
        },
    );
    add_key_type(&seller, "huge", |it| it.price = Some(cents(99_999_999)));
    add_key_type(&seller, "crowd", |it| {
        it.sale.quantity_as = QuantityAs::Seats;
        it.terms.activation_limit = LicenseTerms::MAX_ACTIVATIONS;
    });
    let never_asked = MockStripe::new();
    let pro = ("pixel", "pro", 1);
    let refusals = [
        (vec![pro, ("pixel", "gone", 1)], CannotSell::NotFound),
        (vec![pro, ("gone", "pro", 1)], CannotSell::NotFound),
        (vec![pro, ("pixel", "euro", 1)], CannotSell::MixedCurrencies),
        (
            vec![pro, ("pixel", "taxed", 1)],
            CannotSell::MixedSwitch(MixedSwitch("automaticTax")),
        ),
        (
            vec![pro, ("pixel", "managed", 1)],
            CannotSell::MixedSwitch(MixedSwitch("managedPayments")),
        ),
        (
            vec![("pixel", "pro", 100), ("brush", "solo", 1)],
            CannotSell::TooManyLicenses,
        ),
        (vec![("pixel", "crowd", 2)], CannotSell::TooManySeats),
    ];
    for (of, error) in refusals {
        let refused = seller.open(&never_asked, &wanted(&seller, &of));
        assert_eq!(refused, Err(CheckoutError::Items(error)), "{of:?}");
    }
    let dear = seller.open(&never_asked, &wanted(&seller, &[("pixel", "huge", 2)]));
    assert!(
        matches!(dear, Err(CheckoutError::Items(CannotSell::TooExpensive(_)))),
        "{dear:?}"
    );
    let managed = seller.open(&never_asked, &wanted(&seller, &[("pixel", "managed", 1)]));
    assert_eq!(managed, Err(CheckoutError::ManagedPaymentsFee));
    let long = "x".repeat(15_000);
    let large = OpenCheckout {
        metadata: Metadata::parse(serde_json::Map::from_iter([("x".to_owned(), long.into())]))
            .unwrap(),
        ..seller.wanted()
    };
    let refused = seller.open(&never_asked, &large);
    assert_eq!(refused, Err(CheckoutError::TooLarge));
}

#[test]
fn a_session_has_the_switches_and_the_lines_of_its_key_types() {
    let seller = seller();
    let sale = SessionOptions {
        allow_promotion_codes: true,
        tax_id_collection: true,
        invoice_creation: true,
        ..SessionOptions::default()
    };
    add_key_type(&seller, "sale", |it| it.sale.session = sale);
    seller.session_for(&wanted(&seller, &[("pixel", "sale", 7)]));
    seller.session_for(&wanted(
        &seller,
        &[("pixel", "sale", 1), ("pixel", "pro", 2)],
    ));
    let opened = seller.stripe.checkouts(&seller.shop.account_ref());
    let [(_, alone), (_, mixed)] = opened.as_slice() else {
        panic!("{opened:?}")
    };
    assert_eq!(alone.options, sale);
    let quantities = |lines: &[CheckoutLine]| -> Vec<u32> {
        lines.iter().map(|line| line.quantity.get()).collect()
    };
    assert_eq!(quantities(&alone.lines), [7]);
    let expected = SessionOptions {
        allow_promotion_codes: false,
        ..sale
    };
    assert_eq!(mixed.options, expected, "one does not allow codes");
    assert_eq!(quantities(&mixed.lines), [1, 2]);
}

#[test]
fn what_was_agreed_about_updates_and_the_start_of_the_term_is_kept() {
    let seller = seller();
    add_key_type(&seller, "year", |it| {
        it.terms.term = Term::parse("30d").unwrap();
        it.terms.term_from = TermFrom::FirstActivation;
        it.terms.updates_for = Days::new(365);
    });
    let session = seller.session_for(&wanted(&seller, &[("pixel", "year", 1)]));
    let mut changes = seller.shop.changes();
    let stored = seller
        .store
        .key_type(
            seller.tenant(),
            &seller.shop.product.id,
            &KeyTypeId::parse("year").unwrap(),
        )
        .unwrap()
        .unwrap();
    changes.key_types.push(Write::changed(KeyType {
        terms: seller.shop.key_type.terms.clone(),
        ..stored
    }));
    seller.store.commit(changes).unwrap();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    let license = licenses(&seller, &session).remove(0).license;
    let now = seller.shop.now();
    assert_eq!(license.standing.expires_at(), None);
    assert_eq!(license.standing.pending_term(), Days::new(30));
    let year = Days::new(365).unwrap().after(now);
    assert_eq!(license.updates_until, Some(year));
}
