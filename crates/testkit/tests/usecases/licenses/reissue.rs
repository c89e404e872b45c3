use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::standing::HoldCause;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Commit, LicenseRecord, Mails};
use mintage_domain::usecase::licenses::command::{LicenseError, Target, reveal, revoke};
use mintage_domain::usecase::licenses::reissue::reissue;

use crate::seller::Seller;

fn reissued(seller: &Seller, of: &LicenseRecord) -> Result<LicenseRecord, LicenseError> {
    let target = Target {
        tenant: seller.tenant(),
        id: &of.license.id,
        actor: &Actor::Operator,
    };
    reissue(&*seller.store, &seller.env(), target)
}

#[test]
fn a_license_gets_another_key_which_the_seller_and_the_buyer_get() {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    let answered = reissued(&seller, &sold).unwrap();
    let stored = seller.licenses().remove(0);
    assert_eq!(answered, stored);
    assert_ne!(stored.license.key_hash, sold.license.key_hash);
    assert_ne!(stored.license.sealed_key, sold.license.sealed_key);
    let (store, env, id) = (&*seller.store, seller.env(), &sold.license.id);
    let key = reveal(store, &env, seller.tenant(), id, &Actor::Operator).unwrap();
    assert_eq!(seller.events(), ["license.created", "license.reissued"]);
    let told = seller.deliveries();
    let told = told
        .iter()
        .find(|it| it.event.as_str() == "license.reissued");
    let body = seller.body(told.unwrap());
    assert_eq!(body["key"], key.expose(), "in plain text");
    assert_eq!(body["license_id"], id.as_str());
    let mails = store.mails(seller.tenant(), id, &PageRequest::default());
    assert_eq!(mails.unwrap().items.len(), 2);
    assert_eq!(seller.audited("license.reissued"), 1);
}

#[test]
fn a_frozen_license_stays_frozen_and_a_revoked_one_gets_no_key() {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    let mut license = sold.license.clone();
    license.standing.hold(HoldCause::Admin);
    let mut changes = seller.shop.changes();
    changes.licenses.push(Write::changed(license));
    seller.store.commit(changes).unwrap();
    let answered = reissued(&seller, &sold).unwrap().license;
    assert_eq!(answered.standing.held_by().count(), 1);
    let (store, env) = (&*seller.store, seller.env());
    revoke(store, &env, seller.tenant(), &answered.id, &Actor::Operator).unwrap();
    let refused = reissued(&seller, &sold);
    assert_eq!(refused, Err(LicenseError::AlreadyRevoked));
}

#[test]
fn each_replacement_is_told_once_though_calls_come_at_once() {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    std::thread::scope(|scope| {
        let calls = [(); 4].map(|()| scope.spawn(|| reissued(&seller, &sold).unwrap()));
        for call in calls {
            call.join().unwrap();
        }
    });
    let replaced = seller.audited("license.reissued");
    assert!(replaced >= 1);
    let told = seller.events();
    let told = told.iter().filter(|it| **it == "license.reissued").count();
    assert_eq!(told, replaced);
}
