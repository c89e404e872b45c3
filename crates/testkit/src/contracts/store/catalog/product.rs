//! Products.

use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::ports::CommitError;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{NAMES, comes_back, longest_name};
use crate::contracts::store::written::assert_written;
use crate::fixtures::{Shop, display_name};

/// Products with names in any script and both key formats read back unchanged.
pub fn a_product_reads_back_as_written(store: &Nodes<'_>) {
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

/// One slug can name a product of each tenant, and a key type of each product.
pub fn a_slug_is_free_again_beneath_another_owner(store: &Nodes<'_>) {
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

/// The products of a tenant are listed in pages.
pub fn products_are_paged(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    let mut tenant = shop.changes();
    tenant.tenants.push(Write::changed(shop.tenant.clone()));
    committed(store, tenant);
    let products = at_moments(
        store,
        &shop,
        |i| shop.another_product(&format!("product{i}")),
        |it, product| it.products.push(Write::new(product.clone())),
    );
    assert_paged(
        &|page| store.products(&shop.tenant.id, page),
        &|it| (it.created_at, it.id.to_string()),
        products
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}

/// A changed product and a changed key type read back as they were written, under the guard of the
/// version that was read.
pub fn a_changed_product_and_key_type_read_back(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let product = Product {
        display_name: display_name("Pixel 2"),
        key_prefix: KeyPrefix::parse("PX").expect("a prefix"),
        key_format: KeyFormat::Checked,
        archived_at: Some(shop.now()),
        deactivated_at: Some(shop.now()),
        ..shop.product.clone()
    };
    let key_type = KeyType {
        display_name: display_name("Pro 2"),
        price: None,
        archived_at: Some(shop.now()),
        ..shop.key_type.clone()
    };
    let changes = || {
        changing(&shop, |it| {
            it.products.push(Write::changed(product.clone()));
            it.key_types.push(Write::changed(key_type.clone()));
        })
    };
    let first = changes();
    committed(store, first.clone());
    assert_written(store, &first);
    let row = Row::Product(shop.tenant.id.clone(), product.id.clone());
    let stale = Err(CommitError::Refused(Refusal::Stale(row)));
    assert_eq!(store.commit(changes()).map(drop), stale);
}
