//! The feature `serde`: each case of the store contract commits changes that were written as JSON and read
//! again, so what gets lost or changes on the way breaks a case.

use mintage_domain::commit::changes::Changes;
use mintage_domain::usecase::env::SealedField;
use mintage_testkit::MemoryStore;
use mintage_testkit::fixtures::Shop;

fn as_json(changes: &mut Changes) {
    let json = serde_json::to_string(changes).unwrap();
    let borrowed: Changes = serde_json::from_str(&json).unwrap();
    let read: Changes = serde_json::from_reader(json.as_bytes()).unwrap();
    let owned: Changes = serde_json::from_value(serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(borrowed, *changes);
    assert_eq!(read, *changes);
    assert_eq!(owned, *changes);
    *changes = owned;
}

mod changes_as_json {
    use super::{MemoryStore, as_json};

    mintage_testkit::store_contract!(core: Box::new(MemoryStore::through(as_json)));
}

#[test]
fn secrets_stay_sealed() {
    let shop = Shop::new("acme");
    let sale = shop.sale();
    let changes = shop.selling(&sale);
    let json = serde_json::to_string(&changes).unwrap();
    let env = shop.env.env();
    let license = &sale.license;
    let opened = env
        .open(
            SealedField::LICENSE_KEY,
            license.id.as_str(),
            &license.sealed_key,
        )
        .unwrap();
    let key = opened.into_text().unwrap();
    assert!(json.contains(&license.masked_key));
    assert!(!json.contains(key.expose()));
}

#[test]
fn what_no_aggregate_can_hold_is_not_read() {
    let shop = Shop::new("acme");
    let json = serde_json::to_value(shop.foundation()).unwrap();
    assert!(serde_json::from_value::<Changes>(json.clone()).is_ok());
    for (pointer, wrong) in [
        ("/tenants/0/value/id", "A c m e".into()),
        ("/tenants/0/value/plan", "gold".into()),
        ("/tenants/0/value/email", "".into()),
        ("/tenants/0/value/created_at", i64::MAX.into()),
        ("/products/0/value/key_secret", "not sealed".into()),
        ("/products/0/value/key_prefix", "?".into()),
        ("/key_types/0/value/price/currency", "xxx".into()),
        ("/key_types/0/value/price/minor", (-1).into()),
        (
            "/key_types/0/value/terms/entitlements",
            serde_json::json!(["No!"]),
        ),
        ("/key_types/0/value/terms/term", "soon".into()),
    ] {
        let mut json = json.clone();
        *json.pointer_mut(pointer).unwrap() = wrong;
        assert!(
            serde_json::from_value::<Changes>(json).is_err(),
            "{pointer}"
        );
    }
}
