//! What sellers set about their own Stripe accounts.

use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::product_key::ProductKey;

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// A manual endpoint with and without a former secret, and one that was removed, read back unchanged; that
/// of the other mode is another one.
pub fn a_manual_endpoint_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let first = shop.manual_endpoint();
    let rotated = ManualEndpoint {
        old_secret: Some((shop.manual_endpoint().sealed_secret, INSTANTS[2])),
        hint: "whsec_...é".to_owned(),
        set_at: INSTANTS[1],
        ..shop.manual_endpoint()
    };
    let mut removed = rotated.clone();
    removed.remove();
    let other_mode = ManualEndpoint {
        mode: Mode::Sandbox,
        ..shop.manual_endpoint()
    };
    assert_eq!(
        store.manual_endpoint(&shop.tenant.id, Mode::Sandbox),
        Ok(None)
    );
    each_comes_back(store, &shop, |it| &mut it.manual_endpoints, [other_mode]);
    each_overwrites(
        store,
        &shop,
        |it| &mut it.manual_endpoints,
        [first, rotated, removed],
    );
}

/// Mappings read back in their order, and are replaced as a whole; those of the other mode are others.
pub fn mappings_read_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let items = (0..3).flat_map(|_| shop.sale_mappings().items).collect();
    let three = SaleMappings {
        items,
        ..shop.sale_mappings()
    };
    let none = SaleMappings::none(shop.tenant.id.clone(), shop.mode);
    let other_mode = SaleMappings {
        mode: Mode::Sandbox,
        ..shop.sale_mappings()
    };
    assert_eq!(
        store.sale_mappings(&shop.tenant.id, Mode::Sandbox),
        Ok(None)
    );
    each_comes_back(store, &shop, |it| &mut it.sale_mappings, [other_mode]);
    let variants = [shop.sale_mappings(), three, none];
    each_overwrites(store, &shop, |it| &mut it.sale_mappings, variants);
}

/// The Stripe key of a product reads back unchanged, in either mode and after it was removed.
pub fn the_stripe_key_of_a_product_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sandbox = ProductKey {
        mode: Mode::Sandbox,
        hint: "rk_test_...".to_owned(),
        ..shop.product_key()
    };
    let mut removed = sandbox.clone();
    removed.sealed_key.erase();
    let variants = [shop.product_key(), sandbox, removed];
    each_overwrites(store, &shop, |it| &mut it.product_keys, variants);
}
