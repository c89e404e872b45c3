//! API keys of tenants and products.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::credential::{Credential, KeyKind, SignatureVersion};
use mintage_domain::model::access::scope::Scope;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// API keys of every kind and both modes, active and revoked, read back unchanged.
pub fn an_api_key_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let signing = |scope| SignatureVersion::ALL.map(|version| signing_key(&shop, scope, version));
    let keys = Scope::ALL.into_iter().flat_map(signing);
    for key in keys.chain([shop.publishable_key()]) {
        let revoked = ApiKey {
            revoked_at: Some(shop.now()),
            ..key.clone()
        };
        each_overwrites(store, &shop, |it| &mut it.api_keys, [key, revoked]);
    }
    for key in [shop.api_key(), shop.publishable_key()] {
        let sandbox = ApiKey {
            mode: Mode::Sandbox,
            ..key
        };
        each_comes_back(store, &shop, |it| &mut it.api_keys, [sandbox]);
    }
}

fn signing_key(shop: &Shop, scope: Scope, version: SignatureVersion) -> ApiKey {
    let mut key = shop.api_key();
    if let Credential::Signed(signing) = &mut key.credential {
        (signing.scope, signing.version) = (scope, version);
    }
    assert_eq!(key.kind(), KeyKind::Signed(scope, version));
    key
}

/// The API keys of a tenant or a product are listed in pages.
pub fn api_keys_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let keys = at_moments(
        store,
        &shop,
        |_| shop.api_key(),
        |it, key| it.api_keys.push(Write::changed(key.clone())),
    );
    let place = |it: &ApiKey| (it.created_at, it.id.to_string());
    for product in [None, Some(&shop.product.id)] {
        assert_paged(
            &|page| store.api_keys(&shop.tenant.id, product, page),
            &place,
            keys.iter().map(place).collect(),
        );
    }
}

/// A list of one product has only keys of this product and tenant; a list of all products has the
/// revoked keys too.
pub fn api_keys_are_listed_of_one_product_or_of_all(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let second = shop.another_product("second");
    let of_first = shop.api_key();
    let of_second = ApiKey {
        product: second.id.clone(),
        revoked_at: Some(shop.now()),
        ..shop.api_key()
    };
    let put = [&of_first, &of_second].map(|key| Write::changed(key.clone()));
    let kept = put.clone().map(|put| put.value);
    committed(
        store,
        changing(&shop, |it| {
            it.products.push(Write::new(second.clone()));
            it.api_keys.extend(put);
        }),
    );
    let other = Shop::opened(store, "other");
    let theirs = Write::changed(other.api_key());
    committed(store, changing(&other, |it| it.api_keys.push(theirs)));
    let [first_kept, second_kept] = kept;
    let nothing = ProductId::parse("nothing").expect("a slug");
    for (product, expected) in [
        (None, vec![&first_kept, &second_kept]),
        (Some(&shop.product.id), vec![&first_kept]),
        (Some(&second.id), vec![&second_kept]),
        (Some(&nothing), vec![]),
    ] {
        let list = |page: &_| store.api_keys(&shop.tenant.id, product, page);
        let (mut all, _) = read_all(1, &list);
        all.sort_by(|a, b| a.product.as_str().cmp(b.product.as_str()));
        assert_eq!(all.iter().collect::<Vec<_>>(), expected, "{product:?}");
    }
}
