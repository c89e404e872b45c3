use std::collections::BTreeSet;
use std::sync::Arc;

use mintage_domain::base::id::StripePriceId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Catalog, Commit, MockStripe, Stripe, StripeError};
use mintage_domain::usecase::catalog::prices::{PricesError, set_up_prices};
use mintage_domain::usecase::stripe::connect::disconnect;
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

fn prices<'a>(links: impl IntoIterator<Item = &'a PriceLink>) -> BTreeSet<StripePriceId> {
    links
        .into_iter()
        .map(|it| it.stripe_price.clone())
        .collect()
}

#[test]
fn each_priced_key_type_gets_a_price_on_one_product_and_then_is_skipped() {
    let seller = with_key_types([("team".into(), Some(9_900)), ("gift".into(), None)]);
    let first = seller.set_up_prices().unwrap();
    let names = |links: &[PriceLink]| {
        let names = links.iter().map(|it| it.key_type.as_str().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&first.created), ["pro".into(), "team".into()].into());
    assert_eq!(first.skipped.len(), 1);
    assert_eq!(first.skipped[0].id.as_str(), "gift");
    let product = &first.created[0].stripe_product;
    assert!(first.created.iter().all(|it| it.stripe_product == *product));
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
    let mut stripe = MockStripe::new();
    let real = Arc::clone(&seller.stripe);
    stripe
        .expect_create_product()
        .times(1)
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
    assert_eq!(rest.created[0].stripe_product, kept[0].stripe_product);
    assert!(prices(&links(&seller)).is_superset(&prices(&kept)));
}

#[test]
fn a_price_whose_answer_was_lost_is_not_created_twice() {
    let seller = with_key_types([]);
    let created = Arc::new(std::sync::Mutex::new(None));
    let mut stripe = MockStripe::new();
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
