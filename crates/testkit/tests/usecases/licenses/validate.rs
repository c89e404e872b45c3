use std::time::Duration;

use mintage_domain::commit::write::Write;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, LicenseKey};
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{HoldCause, RevocationReason, Standing, State};
use mintage_domain::ports::{Commit, ValidateRead, Validations};
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::licenses::mint::product_secret;
use mintage_domain::usecase::licenses::validate::{Lookup, Reason, invalid_reason, look_up};

use crate::seller::Seller;

fn nonce(seller: &Seller, number: u8) -> Nonce {
    Nonce {
        key: seller.shop.api_key().id,
        signature: [number; 32],
        expires_at: seller.shop.now().plus(Duration::from_mins(10)),
    }
}

/// The key of a license in plain text.
fn key(seller: &Seller, license: &License) -> String {
    let (field, id) = (SealedField::LICENSE_KEY, license.id.as_str());
    let opened = seller.env().open(field, id, &license.sealed_key).unwrap();
    opened.into_text().unwrap().expose().to_owned()
}

fn lookup(seller: &Seller, product: &Product, presented: &str) -> Lookup {
    let (env, caller) = (seller.env(), Caller::from(&seller.shop.api_key()));
    look_up(&env, &caller, product, presented, Some(nonce(seller, 1)))
}

fn validated(seller: &Seller, presented: &str) -> ValidateRead {
    match lookup(seller, &seller.shop.product, presented) {
        Lookup::Ask(query) => seller.store.validate(query).unwrap(),
        Lookup::Refuse(reason) => panic!("refused unasked: {reason:?}"),
    }
}

#[test]
fn a_good_key_is_good_however_it_is_typed() {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    let key = key(&seller, &sold.license);
    for typed in [
        key.clone(),
        key.to_lowercase(),
        key.replace('-', " "),
        key.replace('-', ""),
        format!("  {key}\n"),
    ] {
        let read = validated(&seller, &typed);
        assert_eq!(
            invalid_reason(read.license.as_ref(), seller.shop.now()),
            None,
            "{typed:?}"
        );
        let found = read.license.unwrap();
        assert_eq!(
            (found.record.license.id, found.plan.as_str()),
            (sold.license.id.clone(), "Pro")
        );
    }
    let unknown = validated(&seller, "PIXL-0000-0000-0000-0000");
    assert_eq!(
        invalid_reason(unknown.license.as_ref(), seller.shop.now()),
        Some(Reason::NotFound)
    );
}

#[test]
fn a_text_that_is_no_key_is_refused_without_a_query() {
    let seller = Seller::new();
    for text in ["", "abc", "PIXL\u{7}1234", &"x".repeat(129)] {
        let answer = lookup(&seller, &seller.shop.product, text);
        assert!(
            matches!(answer, Lookup::Refuse(Reason::NotFound)),
            "{text:?}: {answer:?}"
        );
    }
}

#[test]
fn a_typo_in_a_checked_key_is_refused_without_a_query_and_a_foreign_shape_is_queried() {
    let seller = Seller::new();
    let product = Product {
        key_format: KeyFormat::Checked,
        ..seller.shop.product.clone()
    };
    let secret = product_secret(&seller.env(), &product).unwrap();
    let key = LicenseKey::checked(&product.key_prefix, [9; 13], &secret);
    let good = key.expose().to_owned();
    let last = if good.ends_with('0') { "1" } else { "0" };
    let typo = format!("{}{last}", &good[..good.len() - 1]);
    for (presented, queried) in [
        (good, true),
        (typo, false),
        ("OLD-KEY-1234".to_owned(), true),
    ] {
        match lookup(&seller, &product, &presented) {
            Lookup::Ask(query) => {
                assert!(queried, "{presented}");
                assert_eq!(query.nonce.map(|it| it.signature), Some([1; 32]));
                assert_eq!(query.key.mode, seller.shop.mode);
                assert_eq!(query.key.product, product.id);
            }
            Lookup::Refuse(reason) => {
                assert!(!queried, "{presented}");
                assert_eq!(reason, Reason::Checksum);
            }
        }
    }
}

#[test]
fn the_reason_why_a_license_is_invalid_is_one_word() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let key = key(&seller, &sold);
    let now = seller.shop.now();
    let mut held = Standing::new(None);
    held.hold(HoldCause::Admin);
    let mut revoked = Standing::new(Some(now));
    revoked.revoke(RevocationReason::Admin, now);
    for (standing, word) in [
        (
            Standing::new(Some(now.plus(Duration::from_micros(1)))),
            None,
        ),
        (Standing::new(Some(now)), Some("expired")),
        (held, Some("frozen")),
        (revoked, Some("revoked")),
    ] {
        let current = validated(&seller, &key).license.unwrap().record.license;
        let mut changes = seller.shop.changes();
        changes.licenses.push(Write::changed(License {
            standing,
            ..current
        }));
        seller.store.commit(changes).unwrap();
        let read = validated(&seller, &key);
        assert_eq!(
            invalid_reason(read.license.as_ref(), now).map(Reason::as_str),
            word
        );
    }
    for (reason, word) in [
        (Reason::NotFound, "not_found"),
        (Reason::Checksum, "checksum"),
    ] {
        assert_eq!(reason.as_str(), word);
    }
    assert_eq!(Reason::of(State::Active), None);
}
