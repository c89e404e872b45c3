use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::ports::Tenants;
use mintage_domain::usecase::sellers::tenant::{TenantError, change_plan, create_tenant};
use mintage_domain::usecase::sellers::token::authenticate;
use mintage_testkit::fixtures::email;
use mintage_testkit::{MemoryStore, TestEnv};

use crate::seller::Seller;

fn slug(text: &str) -> TenantId {
    TenantId::parse(text).unwrap()
}

#[test]
fn a_new_tenant_gets_a_token_with_every_scope_and_its_slug_is_taken() {
    let (store, env) = (MemoryStore::new(), TestEnv::default());
    let seller = email("seller@acme.test");
    let created = create_tenant(&store, &env.env(), &slug("acme"), &seller, Plan::Plus).unwrap();
    assert_eq!(store.tenant(&slug("acme")), Ok(Some(created.tenant)));

    let token = authenticate(&store, env.env().now(), created.token.expose())
        .unwrap()
        .unwrap();
    assert_eq!(token.tenant, slug("acme"));
    assert_eq!(token.scopes, TokenScope::ALL.into());

    let again = create_tenant(&store, &env.env(), &slug("acme"), &seller, Plan::Free);
    assert_eq!(again.unwrap_err(), TenantError::Exists);
    let kept = store.tenant(&slug("acme")).unwrap().unwrap();
    assert_eq!(kept.plan, Plan::Plus, "the first tenant is untouched");
}

#[test]
fn a_plan_changes_once_and_only_for_a_tenant_that_exists() {
    let seller = Seller::new();
    let change = |id: &TenantId, plan| change_plan(&*seller.store, &seller.env(), id, plan);
    let before = seller.store.tenant(seller.tenant()).unwrap().unwrap();
    let changed = change(seller.tenant(), Plan::Starter).unwrap();
    assert_eq!(
        (changed.plan, changed.version),
        (Plan::Starter, before.version + 1)
    );
    let same = change(seller.tenant(), Plan::Starter).unwrap();
    assert_eq!(same, changed, "nothing is written for no change");
    assert_eq!(seller.audited("tenant.plan-changed"), 1);
    let nobody = change(&slug("nobody"), Plan::Pro);
    assert_eq!(nobody.unwrap_err(), TenantError::NotFound);
}
