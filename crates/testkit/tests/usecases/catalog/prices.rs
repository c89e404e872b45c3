use std::collections::BTreeSet;
use std::sync::Arc;

use mintage_domain::base::id::StripePriceId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Catalog, Commit, MockStripe, Stripe, StripeError};
use mintage_domain::usecase::catalog::prices::{PricesError, set_up_prices};
use mintage_domain::usecase::stripe::leave::disconnect;
use mintage_testkit::fixtures::cents;

use crate::seller::Seller;

/// A connected seller with these key types beside `pro`, which costs 29.00.
fn with_key_types(others: impl IntoIterator<Item = (String, Option<i64>)>) -> Seller {
    let seller = Seller::new();
    seller.connect(&seller.shop.account_ref()).unwrap();
    let mut changes = seller.shop.changes();
    for (slug, price) in others {
        changes.key_types.push(Write::new(KeyType {
            price: price.map(cents),
            ..seller.shop.another_key_type(&slug)
        }));
    }
    seller.store.commit(changes).unwrap();
    seller
}

fn links(seller: &Seller) -> Vec<PriceLink> {
    let account = &seller.shop.account;
    seller.store.price_links(seller.tenant(), account).unwrap()
}

/// A Stripe whose objects are read from the seller's, and that creates nothing.
pub(super) fn reading(seller: &Seller) -> MockStripe {
    let mut stripe = MockStripe::new();
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_product()
        .returning(move |on, id| real.product(on, id));
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_prices()
        .returning(move |on, product| real.prices(on, product));
    stripe
}

fn prices<'a>(links: impl IntoIterator<Item = &'a PriceLink>) -> BTreeSet<StripePriceId> {
    links
        .into_iter()
        .map(|it| it.stripe_price.clone())
        .collect()
}

#[test]
fn each_priced_key_type_gets_a_product_and_a_price_and_then_is_skipped() {
    let seller = with_key_types([("team".into(), Some(9_900)), ("gift".into(), None)]);
    let first = seller.set_up_prices().unwrap();
    let names = |links: &[PriceLink]| {
        let names = links.iter().map(|it| it.key_type.as_str().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&first.created), ["pro".into(), "team".into()].into());
    assert_eq!(first.skipped.len(), 1);
    assert_eq!(first.skipped[0].id.as_str(), "gift");
    for link in &first.created {
        let account = seller.shop.account_ref();
        let product = seller.stripe.product(&account, &link.stripe_product);
        assert_eq!(product.unwrap().unwrap().name, "Pixel Studio – Pro");
    }
    assert_ne!(
        first.created[0].stripe_product,
        first.created[1].stripe_product
    );
    assert_eq!(prices(&links(&seller)), prices(&first.created));

    let second = seller.set_up_prices().unwrap();
    assert_eq!((second.created.len(), second.skipped.len()), (0, 3));
    assert_eq!(seller.audited("price.created"), 2);
}

#[test]
fn key_types_beyond_the_first_page_are_priced_too() {
    let seller = with_key_types((0..120).map(|n| (format!("type-{n}"), Some(100 + n))));
    assert_eq!(seller.set_up_prices().unwrap().created.len(), 121);
    assert_eq!(prices(&links(&seller)).len(), 121);
}

#[test]
fn a_failure_half_way_keeps_what_was_done_and_the_next_call_goes_on() {
    let seller = with_key_types([("team".into(), Some(9_900))]);
    let mut stripe = reading(&seller);
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_create_product()
        .times(2)
        .returning(move |on, new, key| real.create_product(on, new, key));
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_create_price()
        .times(1)
        .returning(move |on, new, key| real.create_price(on, new, key));
    let lost = StripeError::Unavailable("no answer".to_owned());
    stripe
        .expect_create_price()
        .times(1)
        .return_const(Err(lost.clone()));
    let (store, env) = (&*seller.store, seller.env());
    let failed = set_up_prices(store, &stripe, &env, seller.tenant(), &Actor::Operator);
    assert_eq!(failed, Err(PricesError::Stripe(lost)));
    let kept = links(&seller);
    assert_eq!(kept.len(), 1);

    let rest = seller.set_up_prices().unwrap();
    assert_eq!((rest.created.len(), rest.skipped.len()), (1, 1));
    assert!(prices(&links(&seller)).is_superset(&prices(&kept)));
}

#[test]
fn a_price_whose_answer_was_lost_is_not_created_twice() {
    let seller = with_key_types([]);
    let created = Arc::new(std::sync::Mutex::new(None));
    let mut stripe = reading(&seller);
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_create_product()
        .returning(move |on, new, key| real.create_product(on, new, key));
    let (real, last_created) = (Arc::clone(&seller.stripe), Arc::clone(&created));
    stripe.expect_create_price().returning(move |on, new, key| {
        *last_created.lock().unwrap() = Some(real.create_price(on, new, key).unwrap());
        Err(StripeError::Unavailable("no answer".to_owned()))
    });
    let (store, env) = (&*seller.store, seller.env());
    set_up_prices(store, &stripe, &env, seller.tenant(), &Actor::Operator).unwrap_err();
    let again = seller.set_up_prices().unwrap();
    let created = created.lock().unwrap().clone();
    assert_eq!(Some(&again.created[0].stripe_price), created.as_ref());
}

#[test]
fn a_changed_amount_creates_another_price_of_the_same_product() {
    let seller = with_key_types([]);
    let first = seller.set_up_prices().unwrap().created.remove(0);
    // This is the price of an earlier amount of the key type.
    let mut changes = seller.shop.changes();
    changes.prices.push(PriceLink {
        amount: cents(1_900),
        stripe_price: StripePriceId::parse("price_Before").unwrap(),
        ..first.clone()
    });
    seller.store.commit(changes).unwrap();
    let second = seller.set_up_prices().unwrap().created.remove(0);
    assert_eq!(second.amount, cents(2_900));
    assert_eq!(second.stripe_product, first.stripe_product);
    assert_eq!(links(&seller), [second]);
}

/// What may have happened to a price at Stripe, and whether another price is needed.
type Mishap = (&'static str, fn(&Seller, &PriceLink), bool);

#[test]
fn what_was_archived_deleted_or_renamed_at_stripe_is_repaired() {
    const MISHAPS: [Mishap; 5] = [
        (
            "an archived price",
            |seller, link| {
                let account = seller.shop.account_ref();
                let archived = seller
                    .stripe
                    .set_price_active(&account, &link.stripe_price, false);
                archived.unwrap();
            },
            false,
        ),
        (
            "an archived product",
            |seller, link| {
                let account = seller.shop.account_ref();
                seller
                    .stripe
                    .archive_product(&account, &link.stripe_product);
            },
            false,
        ),
        (
            "a renamed product",
            |seller, link| {
                let account = seller.shop.account_ref();
                let renamed = seller
                    .stripe
                    .repair_product(&account, &link.stripe_product, "?");
                renamed.unwrap();
            },
            false,
        ),
        (
            "a deleted price",
            |seller, link| {
                let account = seller.shop.account_ref();
                seller.stripe.delete_price(&account, &link.stripe_price);
            },
            true,
        ),
        (
            "wiped test data",
            |seller, link| {
                let account = seller.shop.account_ref();
                seller.stripe.delete_product(&account, &link.stripe_product);
            },
            true,
        ),
    ];
    for (what, mishap, needs_another) in MISHAPS {
        let seller = with_key_types([]);
        let account = seller.shop.account_ref();
        let mut last = seller.set_up_prices().unwrap().created.remove(0);
        // Twice, so that no idempotency key may replay an object that is gone.
        for _ in 0..2 {
            mishap(&seller, &last);
            let outcome = seller.set_up_prices().unwrap();
            let (created, repaired) = (outcome.created, outcome.repaired);
            let now = links(&seller).remove(0);
            if needs_another {
                assert_eq!(
                    (created.as_slice(), repaired.len()),
                    (&[now.clone()][..], 0)
                );
                assert_ne!(now.stripe_price, last.stripe_price, "{what}");
            } else {
                assert_eq!(
                    (created.len(), repaired.as_slice()),
                    (0, &[now.clone()][..])
                );
                assert_eq!(now, last, "{what}");
            }
            let product = seller.stripe.product(&account, &now.stripe_product);
            let product = product.unwrap().expect(what);
            assert!(
                product.active && product.name == "Pixel Studio – Pro",
                "{what}"
            );
            let opened = seller.open(&*seller.stripe, &seller.wanted());
            assert!(opened.is_ok(), "{what}: {opened:?}");
            assert_eq!(seller.set_up_prices().unwrap().skipped.len(), 1, "{what}");
            last = now;
        }
    }
}

#[test]
fn prices_that_were_forgotten_and_then_deleted_are_not_replayed() {
    let seller = with_key_types([]);
    let account = seller.shop.account_ref();
    let first = seller.set_up_prices().unwrap().created.remove(0);
    let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
    disconnect(store, &*seller.stripe, &env, seller.tenant(), &actor).unwrap();
    seller.connect(&account).unwrap();
    seller
        .stripe
        .delete_product(&account, &first.stripe_product);
    let second = seller.set_up_prices().unwrap().created.remove(0);
    assert_ne!(second.stripe_product, first.stripe_product);
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
}

#[test]
fn prices_need_a_connection() {
    let seller = Seller::new();
    assert_eq!(seller.set_up_prices(), Err(PricesError::NotConnected));
    seller.connect(&seller.shop.account_ref()).unwrap();
    let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
    disconnect(store, &*seller.stripe, &env, seller.tenant(), &actor).unwrap();
    assert_eq!(seller.set_up_prices(), Err(PricesError::NotConnected));

    seller.connect(&seller.shop.account_ref()).unwrap();
    seller.stripe.end_grant(&seller.shop.account_ref());
    let gone = PricesError::Stripe(StripeError::AccountGone);
    assert_eq!(seller.set_up_prices(), Err(gone));
}
