//! Key types of products.

use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::sale::{QuantityAs, SaleOptions, SessionOptions};
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{NAMES, comes_back};
use crate::fixtures::{Shop, cents, display_name};

/// Key types with every kind of term, with and without a price and entitlements read back
/// unchanged.
pub fn a_key_type_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let dong = Money::new(
        Money::MAX_MINOR,
        Currency::parse("vnd").expect("a currency"),
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
            Some(dong),
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
                term_from: TermFrom::ALL[i % 2],
                updates_for: Days::new(u32::try_from(i).unwrap_or_default()),
            },
            price,
            sale: sale_options(i),
            ..shop.another_key_type(&format!("kt-{i}"))
        };
        comes_back(store, &shop, |it| it.key_types.push(Write::new(key_type)));
    }
}

/// Options of which each differs in one row.
fn sale_options(i: usize) -> SaleOptions {
    SaleOptions {
        session: SessionOptions {
            allow_promotion_codes: i == 1,
            automatic_tax: i == 2,
            tax_id_collection: i != 1,
            invoice_creation: i != 2,
            managed_payments: i == 0,
        },
        quantity_as: QuantityAs::ALL[i % 2],
    }
}

/// A change of how a key type is sold, and of the terms of its licenses, is stored.
pub fn the_options_of_a_key_type_are_overwritten(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let mut key_type = store
        .key_type(&shop.tenant.id, &shop.product.id, &shop.key_type.id)
        .expect("the store answers")
        .expect("the key type of the shop is there");
    for i in 0..3 {
        key_type.sale = sale_options(i);
        key_type.terms.term_from = TermFrom::ALL[i % 2];
        key_type.terms.updates_for = Days::new(u32::try_from(i).unwrap_or_default());
        let write = Write::changed(key_type.clone());
        key_type = write.value.clone();
        committed(store, changing(&shop, |it| it.key_types.push(write)));
        let read = store.key_type(&shop.tenant.id, &shop.product.id, &key_type.id);
        assert_eq!(read, Ok(Some(key_type.clone())));
    }
}

/// The key types of one product are listed in pages.
pub fn key_types_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let product = shop.another_product("second");
    committed(
        store,
        changing(&shop, |it| it.products.push(Write::new(product.clone()))),
    );
    let key_types = at_moments(
        store,
        &shop,
        |i| KeyType {
            product: product.id.clone(),
            ..shop.another_key_type(&format!("plan{i}"))
        },
        |it, key_type| it.key_types.push(Write::new(key_type.clone())),
    );
    assert_paged(
        &|page| store.key_types(&shop.tenant.id, Some(&product.id), page),
        &|it| (it.created_at, it.id.to_string()),
        key_types
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// A list of all products' key types has every key type, also if two products have key types of the
/// same id from the same moment.
pub fn key_types_of_one_name_in_two_products_are_both_listed(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let slugs = ["one", "two", "three"];
    committed(
        store,
        changing(&shop, |it| {
            for slug in slugs {
                it.products.push(Write::new(shop.another_product(slug)));
                it.key_types.push(Write::new(KeyType {
                    product: ProductId::parse(slug).expect("a slug"),
                    ..shop.key_type.clone()
                }));
            }
        }),
    );
    for size in [1, 2, 3] {
        let list = |page: &PageRequest| store.key_types(&shop.tenant.id, None, page);
        let (all, _) = read_all(size, &list);
        let mut products: Vec<&str> = all.iter().map(|it| it.product.as_str()).collect();
        products.sort_unstable();
        assert_eq!(
            products,
            ["one", "pixel", "three", "two"],
            "in pages of {size}"
        );
    }
}

/// Up to two key types of a tenant have a name, in whichever products; those of another tenant and of another
/// name are not among them.
pub fn key_types_are_found_by_their_name(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let (tenant, name) = (&shop.tenant.id, &shop.key_type.id);
    let named = |tenant, name| {
        store
            .key_types_named(tenant, name)
            .expect("the store answers")
    };
    let unknown = KeyTypeId::parse("unknown").expect("a slug");
    assert_eq!(named(tenant, name), std::slice::from_ref(&shop.key_type));
    assert_eq!(
        named(&other.tenant.id, name),
        std::slice::from_ref(&other.key_type)
    );
    assert!(named(tenant, &unknown).is_empty());
    for slug in ["one", "two"] {
        committed(
            store,
            changing(&shop, |it| {
                it.products.push(Write::new(shop.another_product(slug)));
                it.key_types.push(Write::new(KeyType {
                    product: ProductId::parse(slug).expect("a slug"),
                    ..shop.key_type.clone()
                }));
            }),
        );
        let found = named(tenant, name);
        let is_named = found
            .iter()
            .all(|it| it.id == *name && it.tenant == *tenant);
        assert!(
            found.len() == 2 && is_named && found[0] != found[1],
            "{found:?}"
        );
    }
}
