//! The version of the configuration, by which nodes know whether what they cache has changed.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;

use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

#[track_caller]
fn version(store: &Nodes<'_>) -> i64 {
    store.configuration_version().expect("the store answers")
}

/// A commit that writes a tenant, a product, a key type or an API key counts once.
pub fn each_commit_that_changes_the_configuration_counts(store: &Nodes<'_>) {
    assert_eq!(version(store), 0);
    let shop = Shop::opened(store, "acme");
    assert_eq!(
        version(store),
        1,
        "a tenant, a product and a key type in one commit"
    );
    let cases: [fn(&Shop, &mut Changes); 4] = [
        |_, it| it.tenants = vec![Write::changed(Shop::new("second").tenant)],
        |shop, it| it.products = vec![Write::new(shop.another_product("other"))],
        |shop, it| it.key_types = vec![Write::new(shop.another_key_type("team"))],
        |shop, it| it.api_keys = vec![Write::new(shop.api_key())],
    ];
    for (n, fill) in (1..).zip(cases) {
        committed(store, changing(&shop, |it| fill(&shop, it)));
        assert_eq!(version(store), 1 + n);
    }
}

/// Other commits, and commits that are refused, do not count.
pub fn other_commits_do_not_change_the_version_of_the_configuration(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let before = version(store);
    committed(
        store,
        changing(&shop, |it| it.customers = vec![shop.customer()]),
    );
    refused(store, shop.foundation());
    assert_eq!(version(store), before);
}
