use mintage_domain::base::seal::{KeyId, KeyRing, MasterKey};
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::Delivery;
use mintage_domain::model::outbox::webhook_endpoint::{OldSecret, WebhookEndpoint};
use mintage_domain::ports::{Commit, MasterKeys, SealedKind};
use mintage_domain::usecase::env::{Env, SealedField};
use mintage_domain::usecase::master_key::{MasterKeyError, Proof, Resealed, prove, reseal, verify};

use crate::seller::Seller;

fn key(id: &str, digit: char) -> MasterKey {
    MasterKey::parse(&format!("{id}:{}", digit.to_string().repeat(64))).unwrap()
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

/// The environment of a seller with other keys. The key of the fixtures is `test`, with the digits
/// `5a5a...`.
fn with<'a>(seller: &'a Seller, keys: &'a KeyRing) -> Env<'a> {
    Env {
        keys,
        ..seller.env()
    }
}

fn own_key() -> MasterKey {
    MasterKey::parse(&format!("test:{}", "5a".repeat(32))).unwrap()
}

#[test]
fn the_right_key_is_proved_and_a_wrong_or_missing_one_is_refused_and_writes_nothing() {
    let alone = KeyRing::new(key("test", 'b'), vec![]).unwrap();
    let other = KeyRing::new(key("new", 'c'), vec![]).unwrap();
    let wrong_behind = KeyRing::new(key("new", 'c'), vec![key("test", 'b')]).unwrap();
    // With a canary, and without: then the sealed secret of the product tells.
    for proved_before in [false, true] {
        let seller = Seller::new();
        if proved_before {
            assert_eq!(prove(&*seller.store, &seller.env()), Ok(()));
        }
        let before = seller.store.canaries();
        let proof = if proved_before {
            Proof::Canary
        } else {
            Proof::Values
        };
        assert_eq!(verify(&*seller.store, &seller.env()), Ok(proof));
        for (ring, error) in [
            (&alone, MasterKeyError::Wrong(id("test"))),
            (&other, MasterKeyError::Missing(id("test"))),
            (&wrong_behind, MasterKeyError::Wrong(id("test"))),
        ] {
            assert_eq!(
                prove(&*seller.store, &with(&seller, ring)),
                Err(error.clone())
            );
            assert_eq!(
                verify(&*seller.store, &with(&seller, ring)),
                Err(error.clone())
            );
            let refused = reseal(&*seller.store, &with(&seller, ring));
            assert_eq!(refused, Err(error));
            assert_eq!(seller.store.canaries(), before);
        }
        assert_eq!(prove(&*seller.store, &seller.env()), Ok(()));
        assert_eq!(seller.store.canaries().unwrap().len(), 1);
    }
}

#[test]
fn each_key_that_sealed_is_proved_before_it_gets_a_canary() {
    let seller = Seller::new();
    let rotated = KeyRing::new(key("new", 'c'), vec![own_key()]).unwrap();
    // The first product was sealed before the rotation of a store without canaries, the last one after.
    let env = with(&seller, &rotated);
    let owner = format!("{}/zzz", seller.tenant());
    let mut last = seller.shop.product.clone();
    last.id = ProductId::parse("zzz").unwrap();
    last.key_secret = env.seal(SealedField::PRODUCT_KEY_SECRET, &owner, &[7; 32]);
    last.version = 0;
    let mut changes = seller.shop.changes();
    changes.products.push(Write::changed(last));
    seller.store.commit(changes).unwrap();

    let mistyped = KeyRing::new(key("new", 'd'), vec![own_key()]).unwrap();
    let without = KeyRing::new(own_key(), vec![]).unwrap();
    for (ring, error) in [
        (&mistyped, MasterKeyError::Wrong(id("new"))),
        (&without, MasterKeyError::Missing(id("new"))),
    ] {
        assert_eq!(prove(&*seller.store, &with(&seller, ring)), Err(error));
        assert_eq!(seller.store.canaries(), Ok(vec![]));
    }
    assert_eq!(prove(&*seller.store, &env), Ok(()));
    assert_eq!(seller.store.canaries().unwrap().len(), 1);
}

#[test]
fn an_old_key_is_retired_by_sealing_everything_again() {
    let seller = Seller::on_sale();
    let sold = seller.shop.sold(&*seller.store).license;
    let mut changes = seller.shop.changes();
    changes.api_keys.push(Write::changed(seller.shop.api_key()));
    let endpoint = WebhookEndpoint {
        old_secret: Some(OldSecret {
            sealed: seller.shop.webhook_endpoint().sealed_secret,
            until: seller.shop.now(),
        }),
        ..seller.shop.webhook_endpoint()
    };
    changes.endpoints.push(Write::changed(endpoint));
    let mut manual = seller.shop.manual_endpoint();
    let (next, hint) = (manual.sealed_secret.clone(), manual.hint.clone());
    manual.rotate(next, hint, seller.shop.now());
    changes.manual_endpoints.push(Write::changed(manual));
    let of_product = seller.shop.product_key();
    changes.product_keys.push(Write::changed(of_product));
    // The body is bound to the id of the event, not to that of the delivery.
    let delivery = seller.shop.delivery(&sold);
    let endpoint = seller.shop.other_endpoint(None).id;
    changes.deliveries.push(Write::changed(Delivery {
        id: delivery.id.to_endpoint(&endpoint),
        ..delivery
    }));
    seller.store.commit(changes).unwrap();
    assert_eq!(prove(&*seller.store, &seller.env()), Ok(()));

    let both = KeyRing::new(key("new", 'c'), vec![own_key()]).unwrap();
    let done = reseal(&*seller.store, &with(&seller, &both)).unwrap();
    let expected = Resealed {
        values: SealedKind::ALL.len(),
        unreadable: vec![],
        retired: vec![id("test")],
    };
    assert_eq!(done, expected);
    let alone = KeyRing::new(key("new", 'c'), vec![]).unwrap();
    let env = with(&seller, &alone);
    assert_eq!(prove(&*seller.store, &env), Ok(()));
    for kind in SealedKind::ALL {
        let values = seller.store.sealed_values(kind, None, 9).unwrap();
        assert!(
            values.iter().all(|it| *it.sealed.key_id() == id("new")),
            "{kind:?}"
        );
        assert_eq!(values.len(), 1, "{kind:?}");
    }
    let license = seller.store.sealed_values(SealedKind::LicenseKey, None, 1);
    let license = license.unwrap().remove(0);
    let opened = env.open(SealedField::LICENSE_KEY, &license.id, &license.sealed);
    assert!(opened.is_ok());
    let again = reseal(&*seller.store, &env).unwrap();
    assert_eq!(again, Resealed::default());
    let retired = prove(&*seller.store, &seller.env());
    assert_eq!(retired, Err(MasterKeyError::Missing(id("new"))));
}

#[test]
fn a_damaged_value_is_named_and_keeps_the_old_key_from_being_retired() {
    let seller = Seller::new();
    let mut broken = seller.shop.api_key();
    let id_of_broken = broken.id.to_string();
    let mintage_domain::model::access::credential::Credential::Signed(signing) =
        &mut broken.credential
    else {
        panic!("a fixture's key signs");
    };
    signing.sealed_secret = seller
        .env()
        .seal(SealedField::API_KEY_SECRET, "another", b"x");
    assert_eq!(prove(&*seller.store, &seller.env()), Ok(()));
    let mut changes = seller.shop.changes();
    changes.api_keys.push(Write::changed(broken));
    seller.store.commit(changes).unwrap();

    let both = KeyRing::new(key("new", 'c'), vec![own_key()]).unwrap();
    let env = with(&seller, &both);
    // The canary of the new key is there, as if it had sealed for a while.
    let canary = env.seal(SealedField::CANARY, "new", b"mintage");
    seller.store.add_canary(&canary).unwrap();
    let done = reseal(&*seller.store, &env).unwrap();
    assert_eq!(
        (done.unreadable, done.retired),
        (vec![id_of_broken], vec![])
    );
    assert_eq!(seller.store.canaries().unwrap().len(), 2);
}
