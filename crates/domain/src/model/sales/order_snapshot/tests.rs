#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use crate::base::seal::MasterKey;
use crate::model::catalog::sale::QuantityAs;
use crate::model::licenses::recurrence::{Billing, Interval};
use crate::model::licenses::term::Days;
use crate::model::sales::basket::OrderLine;
use crate::model::sales::items::Quantity;

fn keys(text: &str) -> KeyRing {
    KeyRing::new(MasterKey::parse(text).unwrap(), Vec::new()).unwrap()
}

fn key(id: &str, byte: &str) -> String {
    format!("{id}:{}", byte.repeat(32))
}

fn order(entitlements: usize) -> Order {
    let names = (0..entitlements).map(|n| format!("{n:064}"));
    let usd = |minor| Money::new(minor, Currency::parse("usd").unwrap()).unwrap();
    Order {
        id: OrderId::parse("ord_1").unwrap(),
        tenant: TenantId::parse("acme").unwrap(),
        mode: Mode::Live,
        account: StripeAccountId::parse("acct_1").unwrap(),
        product: ProductId::parse("pixel").unwrap(),
        key_type: KeyTypeId::parse("pro").unwrap(),
        terms: LicenseTerms {
            term: Term::parse("30d").unwrap(),
            activation_limit: 7,
            entitlements: Entitlements::parse(names).unwrap(),
            term_from: TermFrom::Issue,
            updates_for: None,
        },
        recurrence: None,
        price: usd(2_900),
        basket: Basket::default(),
        fee: Some(usd(15)),
        buyer: Some(Email::parse("ada@example.test").unwrap()),
        email: Some(Email::parse("ada@example.test").unwrap()),
        session: None,
        status: OrderStatus::Open,
        customer: None,
        total: None,
        payment: None,
        created_at: Timestamp::from_micros(1_798_761_600_123_456),
        fulfilled_at: None,
        claim: None,
        version: 0,
    }
}

#[test]
fn every_order_is_read_back_from_entries_within_the_limits_of_stripe() {
    let keys = keys(&key("k1", "5a"));
    let bare = Order {
        fee: None,
        buyer: None,
        email: None,
        ..order(0)
    };
    let recurring = Order {
        recurrence: Some(Recurrence {
            billing: Billing {
                interval: Interval::Month,
                count: 3,
            },
            trial_days: 14,
            grace_days: 7,
        }),
        ..order(64)
    };
    for order in [bare, order(0), order(3), order(64), recurring] {
        let entries = write(&order, &keys);
        assert!((2..=33).contains(&entries.len()), "{}", entries.len());
        for (name, value) in &entries {
            assert!(name.len() <= 40 && name.starts_with(PREFIX), "{name}");
            assert!(
                (1..=500).contains(&value.len()) && value.is_ascii(),
                "{value}"
            );
        }
        assert_eq!(read(&entries, &keys), Ok(order));
    }
}

/// An order with this number of lines, each with this number of entitlements.
fn with_lines(lines: usize, entitlements: usize) -> Order {
    let plain = order(entitlements);
    let line = |n: usize| OrderLine {
        product: plain.product.clone(),
        key_type: KeyTypeId::parse(&format!("kt-{n}")).unwrap(),
        terms: LicenseTerms {
            term_from: TermFrom::FirstActivation,
            updates_for: Days::new(365),
            ..plain.terms.clone()
        },
        price: plain.price,
        quantity: Quantity::new(7).unwrap(),
        quantity_as: QuantityAs::ALL[n % 2],
    };
    let metadata = serde_json::json!({ "campaign": "launch", "n": { "deep": [1] } });
    Order {
        terms: line(0).license_terms(),
        basket: Basket {
            lines: (0..lines).map(line).collect(),
            may_discount: true,
            may_tax: true,
            metadata: Metadata::parse(metadata.as_object().unwrap().clone()).unwrap(),
        },
        ..plain
    }
}

#[test]
fn an_order_of_several_lines_is_read_back_and_not_by_a_server_that_knows_no_lines() {
    let keys = keys(&key("k1", "5a"));
    for order in [with_lines(0, 1), with_lines(1, 0), with_lines(20, 3)] {
        let entries = write(&order, &keys);
        assert!(entries[SIGNATURE].starts_with("2."), "{entries:?}");
        assert_eq!(read(&entries, &keys), Ok(order));
    }
    assert!(write(&order(3), &keys)[SIGNATURE].starts_with("1."));
}

#[test]
fn an_order_that_does_not_fit_into_the_metadata_of_a_session_has_no_copy() {
    let keys = keys(&key("k1", "5a"));
    assert_eq!(write(&with_lines(20, 64), &keys), BTreeMap::new());
}

#[test]
fn an_order_signed_before_the_master_key_was_changed_is_read_while_the_old_key_is_there() {
    let (old, new) = (key("k1", "5a"), key("k2", "a5"));
    let entries = write(&order(0), &keys(&old));
    let both = KeyRing::new(
        MasterKey::parse(&new).unwrap(),
        vec![MasterKey::parse(&old).unwrap()],
    );
    assert_eq!(read(&entries, &both.unwrap()), Ok(order(0)));
    assert_eq!(read(&entries, &keys(&new)), Err(InvalidSnapshot::Forged));
}

#[test]
fn forged_changed_and_truncated_snapshots_are_refused() {
    type Change = fn(&mut BTreeMap<String, String>);
    let keys = keys(&key("k1", "5a"));
    let another = write(&order(0), &self::keys(&key("k1", "77")));
    let changes: [(&str, Change, InvalidSnapshot); 11] = [
        ("none", BTreeMap::clear, InvalidSnapshot::Missing),
        (
            "no signature",
            |it| drop(it.remove(SIGNATURE)),
            InvalidSnapshot::Missing,
        ),
        (
            "a signature alone",
            |it| it.retain(|name, _| name == SIGNATURE),
            InvalidSnapshot::Missing,
        ),
        (
            "the first part is missing",
            |it| drop(it.remove("mintage_order_0")),
            InvalidSnapshot::Missing,
        ),
        (
            "the last part is missing",
            |it| drop(it.remove("mintage_order_2")),
            InvalidSnapshot::Forged,
        ),
        (
            "a part more",
            |it| drop(it.insert("mintage_order_9".into(), "AAAA".into())),
            // It does not follow the last one, so that it is not read.
            InvalidSnapshot::Forged,
        ),
        (
            "a part is shorter",
            |it| it.get_mut("mintage_order_1").unwrap().truncate(499),
            InvalidSnapshot::Forged,
        ),
        (
            "the parts are swapped",
            |it| {
                let (a, b) = (it["mintage_order_0"].clone(), it["mintage_order_1"].clone());
                it.insert("mintage_order_0".into(), b);
                it.insert("mintage_order_1".into(), a);
            },
            InvalidSnapshot::Forged,
        ),
        (
            "a newer version",
            |it| drop(it.insert(SIGNATURE.into(), "3.k1.AAAA".into())),
            InvalidSnapshot::UnknownVersion,
        ),
        (
            "another key",
            |it| {
                let other = it[SIGNATURE].replace("1.k1.", "1.k2.");
                it.insert(SIGNATURE.into(), other);
            },
            InvalidSnapshot::Forged,
        ),
        (
            "no base64",
            |it| drop(it.insert(SIGNATURE.into(), "1.k1.*".into())),
            InvalidSnapshot::Forged,
        ),
    ];
    for (name, change, error) in changes {
        let mut entries = write(&order(9), &keys);
        change(&mut entries);
        if name == "a part more" {
            assert_eq!(read(&entries, &keys), Ok(order(9)), "{name}");
            entries.insert("mintage_order_3".into(), "AAAA".into());
        }
        assert_eq!(read(&entries, &keys), Err(error), "{name}");
    }
    assert_eq!(read(&another, &keys), Err(InvalidSnapshot::Forged));
    let mut moved = write(&order(0), &keys);
    let cheaper = Order {
        price: order(0).fee.unwrap(),
        ..order(0)
    };
    moved.insert(SIGNATURE.into(), write(&cheaper, &keys)[SIGNATURE].clone());
    assert_eq!(read(&moved, &keys), Err(InvalidSnapshot::Forged));
}
