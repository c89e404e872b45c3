use std::sync::Arc;

use mintage_domain::base::change::Change;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::{ManagesTaxItself, QuantityAs, SaleOptions, SalePatch};
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::recurrence::RecurrenceChange;
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Catalog, Licenses, MockStripe, Stripe, StripeError, StripePrice};
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::key_type::{
    KeyTypePatch, KeyTypeRef, NewKeyType, create_key_type, set_key_type_archived,
    update_key_type_and_price,
};
use mintage_domain::usecase::catalog::prices::set_up_prices;
use mintage_domain::usecase::sales::cannot_sell::CannotSell;
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
use mintage_testkit::fixtures::{cents, display_name};

use crate::catalog::prices::reading;
use crate::seller::Seller;

#[test]
fn a_key_type_is_created_once_with_a_term_that_counts_from_the_sale() {
    let seller = Seller::new();
    let create = |product: &str, slug: &str, term: &str| {
        let new = NewKeyType {
            id: KeyTypeId::parse(slug).unwrap(),
            display_name: display_name("Team"),
            terms: LicenseTerms {
                term: Term::parse(term).unwrap(),
                ..seller.shop.key_type.terms.clone()
            },
            price: Some(cents(9_900)),
            sale: SaleOptions::default(),
            recurrence: None,
            reminder_days: None,
        };
        let product = ProductId::parse(product).unwrap();
        let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
        create_key_type(store, &env, seller.tenant(), &product, &actor, &new)
    };
    let created = create("pixel", "team", "365d").unwrap();
    assert_eq!(created.price, Some(cents(9_900)));
    for (product, slug, term, error) in [
        ("pixel", "team", "30d", CatalogError::Exists),
        ("pixel", "pro", "30d", CatalogError::Exists),
        ("other", "team", "30d", CatalogError::NotFound),
        ("pixel", "dated", "2030-01-01", CatalogError::AbsoluteTerm),
    ] {
        assert_eq!(
            create(product, slug, term),
            Err(error),
            "{slug} of {product}"
        );
    }
    assert_eq!(seller.audited("key-type.created"), 1);
}

fn update(
    seller: &Seller,
    stripe: &dyn Stripe,
    patch: &KeyTypePatch,
) -> Result<KeyType, CatalogError> {
    let key_type = &seller.shop.key_type;
    let target = KeyTypeRef {
        tenant: &key_type.tenant,
        product: &key_type.product,
        id: &key_type.id,
    };
    let (store, env) = (&*seller.store, seller.env());
    update_key_type_and_price(store, stripe, &env, target, &Actor::Operator, patch)
}

#[test]
fn a_changed_price_is_one_new_active_price_at_stripe() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let link = |seller: &Seller| {
        let links = seller.store.price_links(seller.tenant(), &account.account);
        links.unwrap().remove(0)
    };
    let before = link(&seller);
    let patch = KeyTypePatch {
        price_amount: Change::Set(3_900),
        ..KeyTypePatch::default()
    };
    let changed = update(&seller, &*seller.stripe, &patch).unwrap();
    assert_eq!(changed.price, Some(cents(3_900)));
    let after = link(&seller);
    assert_eq!(after.amount, cents(3_900));
    assert_eq!(after.stripe_product, before.stripe_product);
    let prices = seller.stripe.prices(&account, &after.stripe_product);
    let active: Vec<_> = prices.unwrap().into_iter().filter(|it| it.active).collect();
    assert_eq!(active.len(), 1);
    assert_eq!(active[0].id, after.stripe_price);

    let off_sale = KeyTypePatch {
        price_amount: Change::Clear,
        ..KeyTypePatch::default()
    };
    assert_eq!(
        update(&seller, &*seller.stripe, &off_sale).unwrap().price,
        None
    );
    let prices = seller
        .stripe
        .prices(&account, &after.stripe_product)
        .unwrap();
    assert!(prices.iter().all(|price| !price.active));
}

#[test]
fn a_slow_change_leaves_the_price_of_a_newer_one() {
    let seller = Arc::new(Seller::on_sale());
    let price = |amount| KeyTypePatch {
        price_amount: Change::Set(amount),
        ..KeyTypePatch::default()
    };
    let mut slow = reading(&seller);
    let newer = Arc::clone(&seller);
    slow.expect_create_price().returning(move |on, new, key| {
        update(&newer, &*newer.stripe, &price(4_900)).unwrap();
        newer.stripe.create_price(on, new, key)
    });
    update(&seller, &slow, &price(3_900)).unwrap();
    let account = seller.shop.account_ref();
    let links = seller.store.price_links(seller.tenant(), &account.account);
    let link = links.unwrap().remove(0);
    assert_eq!(link.amount, cents(4_900));
    let prices = seller.stripe.prices(&account, &link.stripe_product);
    let is_linked = |it: &StripePrice| it.id == link.stripe_price;
    assert!(prices.unwrap().iter().any(|it| it.active && is_linked(it)));
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
}

#[test]
fn prices_that_were_right_leave_the_price_of_a_change_that_came_in_between() {
    let seller = Arc::new(Seller::on_sale());
    let mut slow = MockStripe::new();
    let real = Arc::clone(&seller.stripe);
    slow.expect_product()
        .returning(move |on, id| real.product(on, id));
    let newer = Arc::clone(&seller);
    // The newer price is listed beside the older one, which is not archived yet.
    slow.expect_prices().return_once(move |on, product| {
        let price = KeyTypePatch {
            price_amount: Change::Set(4_900),
            ..KeyTypePatch::default()
        };
        update(&newer, &*newer.stripe, &price).unwrap();
        let mut prices = newer.stripe.prices(on, product)?;
        assert_eq!(prices.len(), 2);
        for price in &mut prices {
            price.active = true;
        }
        Ok(prices)
    });
    let (store, env) = (&*seller.store, seller.env());
    set_up_prices(store, &slow, &env, seller.tenant(), &Actor::Operator).unwrap();
    assert!(seller.open(&*seller.stripe, &seller.wanted()).is_ok());
}

#[test]
fn a_change_that_stripe_does_not_take_is_kept_and_goes_on_with_the_next_call() {
    let seller = Seller::on_sale();
    let patch = KeyTypePatch {
        price_amount: Change::Set(3_900),
        ..KeyTypePatch::default()
    };
    let lost = StripeError::Unavailable("no answer".to_owned());
    let mut stripe = MockStripe::new();
    stripe.expect_product().return_const(Err(lost.clone()));
    assert_eq!(
        update(&seller, &stripe, &patch),
        Err(CatalogError::Stripe(lost))
    );
    update(&seller, &*seller.stripe, &patch).unwrap();
    assert_eq!(seller.set_up_prices().unwrap().skipped.len(), 1);
}

#[test]
fn what_was_sold_keeps_its_terms_and_its_price() {
    let seller = Seller::on_sale();
    seller.sell();
    let sold = || {
        let order = seller.last_order();
        let licenses = seller.store.licenses_of_order(&order.id).unwrap();
        (order.terms, order.price, licenses)
    };
    let before = sold();
    let patch = KeyTypePatch {
        display_name: Some(display_name("Pro, new")),
        term: Some(Term::parse("30d").unwrap()),
        activation_limit: Some(1),
        entitlements: Some(Entitlements::default()),
        price_amount: Change::Set(100),
        price_currency: Change::Keep,
        sale: SalePatch {
            quantity_as: Some(QuantityAs::Seats),
            ..SalePatch::default()
        },
        updates_for: Change::Set(Days::parse("365d").unwrap()),
        term_from: Some(TermFrom::FirstActivation),
        recurrence: RecurrenceChange::default(),
        reminder_days: Change::Set(7),
    };
    update(&seller, &*seller.stripe, &patch).unwrap();
    assert_eq!(sold(), before);
    let both = KeyTypePatch {
        sale: SalePatch {
            managed_payments: Some(true),
            automatic_tax: Some(true),
            ..SalePatch::default()
        },
        ..KeyTypePatch::default()
    };
    let refused = update(&seller, &*seller.stripe, &both);
    assert_eq!(refused, Err(CatalogError::Sale(ManagesTaxItself)));
    let dated = KeyTypePatch {
        term: Some(Term::parse("2030-01-01").unwrap()),
        ..KeyTypePatch::default()
    };
    let refused = update(&seller, &*seller.stripe, &dated);
    assert_eq!(refused, Err(CatalogError::AbsoluteTerm));
}

#[test]
fn an_archived_key_type_is_off_sale_until_it_is_restored() {
    let seller = Seller::on_sale();
    let key_type = &seller.shop.key_type;
    let target = KeyTypeRef {
        tenant: &key_type.tenant,
        product: &key_type.product,
        id: &key_type.id,
    };
    let set = |archived| {
        let (store, env) = (&*seller.store, seller.env());
        set_key_type_archived(store, &env, target, &Actor::Operator, archived).unwrap()
    };
    let open = || seller.open(&*seller.stripe, &seller.wanted());
    assert!(set(true).archived_at.is_some());
    assert_eq!(open(), Err(CheckoutError::Items(CannotSell::Archived)));
    assert_eq!(seller.set_up_prices().unwrap().created, []);
    set(false);
    assert_eq!(seller.set_up_prices().unwrap().repaired.len(), 1);
    assert!(open().is_ok());
    assert_eq!(seller.audited("key-type.archived"), 1);
    assert_eq!(seller.audited("key-type.restored"), 1);
}
