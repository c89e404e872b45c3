//! Products, key types and their Stripe prices.

use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::ports::Store;

use super::super::witness::assert_written;
use super::{NAMES, comes_back, longest_name};
use crate::fixtures::{Shop, cents, display_name};

/// Products with names in any script and both key formats.
pub fn a_product_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let names = NAMES.into_iter().map(str::to_owned).chain([longest_name()]);
    for (i, name) in names.enumerate() {
        let product = Product {
            display_name: display_name(&name),
            key_prefix: KeyPrefix::parse(["IO", "KS7F3K9X"][i % 2]).expect("a prefix"),
            key_format: KeyFormat::ALL[i % 2],
            ..shop.another_product(&format!("p{i}"))
        };
        comes_back(store, &shop, |it| it.products.push(Write::new(product)));
    }
}

/// Key types of every kind of term, with and without a price and entitlements.
pub fn a_key_type_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let yen = Money::new(
        Money::MAX_MINOR,
        Currency::parse("jpy").expect("a currency"),
    )
    .expect("the most there is");
    let most = (0..64).map(|i| format!("{i:02}.{}", "e".repeat(61)));
    let table = [
        (Term::Lifetime, 0, vec![], None),
        (
            Term::Days(Days::new(1).expect("a day")),
            1,
            vec![],
            Some(cents(0)),
        ),
        (
            Term::Days(Days::new(36_500).expect("a century")),
            LicenseTerms::MAX_ACTIVATIONS,
            most.collect(),
            Some(yen),
        ),
        (
            Term::Until(Timestamp::from_micros(1_893_456_000_123_000)),
            3,
            vec!["a_b-c.d".to_owned()],
            Some(cents(999)),
        ),
    ];
    for (i, (term, activation_limit, entitlements, price)) in table.into_iter().enumerate() {
        let key_type = KeyType {
            display_name: display_name(NAMES[i]),
            terms: LicenseTerms {
                term,
                activation_limit,
                entitlements: Entitlements::parse(entitlements).expect("entitlements"),
            },
            price,
            ..shop.another_key_type(&format!("kt-{i}"))
        };
        comes_back(store, &shop, |it| it.key_types.push(Write::new(key_type)));
    }
}

/// Prices with the largest amount of a currency.
pub fn a_price_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let kuwait = Currency::parse("kwd").expect("a currency");
    let mut link = shop.price_link();
    link.amount = Money::new(99_999_990, kuwait).expect("the most there is");
    comes_back(store, &shop, |it| it.prices.push(link));
}

/// One slug names a product at two tenants, and a key type in two products.
pub fn a_slug_is_free_again_beneath_another_owner(store: &dyn Store) {
    let one = Shop::opened(store, "one");
    let two = Shop::opened(store, "two");
    assert_eq!(one.product.id, two.product.id);
    let second = one.another_product("second");
    let same = KeyType {
        product: ProductId::parse("second").expect("a slug"),
        id: KeyTypeId::parse(one.key_type.id.as_str()).expect("a slug"),
        ..one.key_type.clone()
    };
    comes_back(store, &one, |it| {
        it.products.push(Write::new(second));
        it.key_types.push(Write::new(same));
    });
    assert_written(store, &one.foundation());
    assert_written(store, &two.foundation());
}
