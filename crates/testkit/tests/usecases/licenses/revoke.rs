use mintage_domain::base::id::{LicenseId, TokenId};
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{Revocation, RevocationReason, Standing, State};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Commit, LicenseRecord, Licenses};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::licenses::command::{LicenseError, reveal, revoke};

use crate::seller::Seller;

fn by_token() -> Actor {
    Actor::Token(TokenId::parse("tok_1").unwrap())
}

fn revoked(seller: &Seller, id: &LicenseId) -> Result<LicenseRecord, LicenseError> {
    revoke(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        id,
        &by_token(),
    )
}

#[test]
fn a_license_is_revoked_once_and_for_good_and_the_seller_is_notified() {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    let ended = revoked(&seller, &sold.license.id).unwrap();
    let now = seller.shop.now();
    assert_eq!(ended.license.state(now), State::Revoked);
    let read = seller.store.license(seller.tenant(), &sold.license.id);
    assert_eq!(read, Ok(Some(ended)));
    assert_eq!(
        revoked(&seller, &sold.license.id),
        Err(LicenseError::AlreadyRevoked)
    );
    assert_eq!(seller.events(), ["license.created", "license.revoked"]);
    let deliveries = seller.deliveries();
    let delivery = deliveries
        .iter()
        .find(|it| it.event.as_str() == "license.revoked");
    let body = seller.body(delivery.unwrap());
    assert_eq!(
        body["key"],
        sold.license.masked_key.as_str(),
        "never in the clear"
    );
    let done = ("token:tok_1".to_owned(), "license.revoked".to_owned());
    assert!(seller.audit().contains(&done), "{:?}", seller.audit());
}

#[test]
fn an_expired_license_can_still_be_revoked() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let mut changes = seller.shop.changes();
    changes.licenses.push(Write::changed(License {
        standing: Standing::new(Some(seller.shop.now())),
        ..sold.clone()
    }));
    seller.store.commit(changes).unwrap();
    let ended = revoked(&seller, &sold.id).unwrap().license;
    let reason = ended.standing.revocation().map(Revocation::reason);
    assert_eq!(reason, Some(RevocationReason::Admin));
    assert_eq!(seller.events(), ["license.created", "license.revoked"]);
}

#[test]
fn another_tenants_license_is_not_there() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let (store, env, actor) = (&*seller.store, seller.env(), by_token());
    let other = TenantId::parse("zeta").unwrap();
    let unknown = LicenseId::parse("lic_unknown").unwrap();
    for (tenant, id) in [(&other, &sold.id), (seller.tenant(), &unknown)] {
        let not_found = LicenseError::NotFound;
        assert_eq!(
            revoke(store, &env, tenant, id, &actor),
            Err(not_found.clone())
        );
        assert_eq!(
            reveal(store, &env, tenant, id, &actor).unwrap_err(),
            not_found
        );
    }
}

#[test]
fn a_key_is_revealed_after_the_audit_entry_is_written() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let key = |_| {
        let (store, env) = (&*seller.store, seller.env());
        reveal(store, &env, seller.tenant(), &sold.id, &by_token()).unwrap()
    };
    let revealed: Vec<_> = (0..2).map(key).collect();
    let delivery = &seller.deliveries()[0];
    assert_eq!(
        revealed[0].expose(),
        seller.body(delivery)["key"].as_str().unwrap()
    );
    assert_eq!(revealed[1].expose(), revealed[0].expose());
    assert_eq!(seller.audited("license.revealed"), 2);
}

#[test]
fn a_key_that_does_not_open_and_a_key_that_is_no_text_are_different_errors() {
    let seller = Seller::on_sale();
    let sold = seller.sell().license;
    let env = seller.env();
    let field = SealedField::LICENSE_KEY;
    let no_text = env.seal(field, sold.id.as_str(), &[0xff]);
    let moved = env.seal(field, "lic_other", b"PIXL");
    let mut current = sold.clone();
    for (sealed_key, damaged) in [(no_text, true), (moved, false)] {
        let write = Write::changed(License {
            sealed_key,
            ..current
        });
        current = write.value.clone();
        let mut changes = seller.shop.changes();
        changes.licenses.push(write);
        seller.store.commit(changes).unwrap();
        let (store, actor) = (&*seller.store, by_token());
        let error = reveal(store, &env, seller.tenant(), &sold.id, &actor).unwrap_err();
        if damaged {
            assert_eq!(error, LicenseError::DamagedKey);
        } else {
            assert!(matches!(error, LicenseError::Failure(Failure::Sealed(_))));
        }
    }
    assert_eq!(
        seller.audited("license.revealed"),
        0,
        "nothing was revealed"
    );
}
