use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::seal::{KeyRing, MasterKey, OpenError};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, PresentedKey};
use mintage_domain::model::licenses::license::OrderUnit;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::order::Order;
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::licenses::mint::{
    CannotMint, MintRequest, Minted, mint, product_secret,
};
use mintage_testkit::fixtures::Shop;

fn minted(shop: &Shop, order: &Order, product: &Product) -> Result<Minted, CannotMint> {
    let request = MintRequest {
        mode: order.mode,
        key_type: &order.key_type,
        terms: &order.terms,
        customer: &shop.customer().id,
        unit: Some(&OrderUnit::only(order.id.clone())),
    };
    mint(&shop.env.env(), product, &request, shop.now())
}

#[test]
fn keys_have_the_format_of_their_product_and_are_sealed_for_their_license() {
    let shop = Shop::new("acme");
    for format in KeyFormat::ALL {
        let product = Product {
            key_format: format,
            ..shop.product.clone()
        };
        let Minted { license, key } = minted(&shop, &shop.order(), &product).unwrap();
        let presented = PresentedKey::parse(key.expose()).unwrap();
        assert!(presented.has_shape(format, &product.key_prefix));
        let secret = product_secret(&shop.env.env(), &product).unwrap();
        let checked = presented.checksum_ok(&product.key_prefix, &secret);
        assert_eq!(checked, format == KeyFormat::Checked);
        assert_eq!(
            (license.key_hash, license.masked_key),
            (key.hash(), key.masked())
        );
        let open = |id: &str| {
            let env = shop.env.env();
            env.open(SealedField::LICENSE_KEY, id, &license.sealed_key)
        };
        let opened = open(license.id.as_str()).unwrap();
        assert_eq!(opened.expose(), key.expose().as_bytes());
        assert!(
            open("lic_other").is_err(),
            "moved to another license, it does not open"
        );
    }
}

#[test]
fn the_key_of_a_unit_is_the_same_whenever_it_is_minted_and_that_of_no_other_unit() {
    let shop = Shop::new("acme");
    let (order, other) = (shop.order(), shop.order());
    let unit = |order: &Order, line, unit| OrderUnit {
        order: order.id.clone(),
        line,
        unit,
    };
    let key_of = |shop: &Shop, unit: Option<&OrderUnit>| {
        let request = MintRequest {
            mode: order.mode,
            key_type: &order.key_type,
            terms: &order.terms,
            customer: &shop.customer().id,
            unit,
        };
        let minted = mint(&shop.env.env(), &shop.product, &request, shop.now());
        minted.unwrap().license.key_hash
    };
    let first = key_of(&shop, Some(&unit(&order, 0, 0)));
    assert_eq!(
        key_of(&shop, Some(&unit(&order, 0, 0))),
        first,
        "minted again"
    );
    let mut rotated = Shop::new("acme");
    rotated.env.keys =
        KeyRing::new(MasterKey::parse(&"7b".repeat(32)).unwrap(), Vec::new()).unwrap();
    let others = [
        key_of(&shop, Some(&unit(&order, 0, 1))),
        key_of(&shop, Some(&unit(&order, 1, 0))),
        key_of(&shop, Some(&unit(&other, 0, 0))),
        key_of(&rotated, Some(&unit(&order, 0, 0))),
        key_of(&shop, None),
        key_of(&shop, None),
    ];
    let all: BTreeSet<_> = others.into_iter().chain([first]).collect();
    assert_eq!(all.len(), 7, "{all:?}");
}

#[test]
fn a_license_runs_from_its_mint_for_the_term_that_was_agreed() {
    let shop = Shop::new("acme");
    let day = Duration::from_hours(24);
    for (term, end) in [
        ("lifetime", None),
        ("30d", Some(shop.now().plus(day * 30))),
        (
            "2028-02-29T12:00:00Z",
            Timestamp::parse_rfc3339("2028-02-29T12:00:00Z").ok(),
        ),
    ] {
        let terms = LicenseTerms {
            term: Term::parse(term).unwrap(),
            ..shop.key_type.terms.clone()
        };
        let order = Order {
            terms,
            ..shop.order()
        };
        let license = minted(&shop, &order, &shop.product).unwrap().license;
        assert_eq!(license.standing.expires_at(), end, "{term}");
    }
}

#[test]
fn what_cannot_be_minted_says_why() {
    let shop = Shop::new("acme");
    let env = shop.env.env();
    let checked = Product {
        key_format: KeyFormat::Checked,
        ..shop.product.clone()
    };
    let why = |order: &Order, product: &Product| minted(&shop, order, product).err().unwrap();

    let other = MasterKey::parse(&format!("other:{}", "0b".repeat(32))).unwrap();
    let id = other.id().clone();
    let mut elsewhere = env;
    let ring = KeyRing::new(other, Vec::new()).unwrap();
    elsewhere.keys = &ring;
    let field = SealedField::PRODUCT_KEY_SECRET;
    let under_another_key = Product {
        key_secret: elsewhere.seal(field, "acme/pixel", &[7; 32]),
        ..checked.clone()
    };
    let refused = why(&shop.order(), &under_another_key);
    assert_eq!(refused, CannotMint::Sealed(OpenError::UnknownKey(id)));

    let damaged = Product {
        key_secret: env.seal(field, "acme/pixel", &[7; 31]),
        ..checked
    };
    assert_eq!(why(&shop.order(), &damaged), CannotMint::DamagedSecret);

    let terms = LicenseTerms {
        term: Term::Until(shop.now()),
        ..shop.key_type.terms.clone()
    };
    let past = Order {
        terms,
        ..shop.order()
    };
    assert!(matches!(why(&past, &shop.product), CannotMint::Term(_)));
}
