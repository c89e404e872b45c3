//! The feature `mock`: a store that answers only what a test expects.

use mintage_domain::base::page::Page;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::row::Row;
use mintage_domain::mockall::Sequence;
use mintage_domain::mockall::predicate::eq;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::ports::{CommitError, MockStore, StoreError};
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::sellers::tenant::{TenantError, change_plan};
use mintage_testkit::fixtures::Shop;

#[test]
fn a_refused_change_of_plan_is_read_and_decided_again() {
    let shop = Shop::new("acme");
    let (tenant, id) = (shop.tenant.clone(), shop.tenant.id.clone());
    let mut store = MockStore::new();
    store
        .expect_tenant()
        .with(eq(id.clone()))
        .times(2)
        .returning(move |_| Ok(Some(tenant.clone())));
    store.expect_products().returning(|_, _| Ok(Page::empty()));
    let mut sequence = Sequence::new();
    let refusal = Refusal::Stale(Row::Tenant(id.clone()));
    for outcome in [Err(CommitError::Refused(refusal)), Ok(Receipt::default())] {
        store
            .expect_submit()
            .withf(|changes, _| changes.tenants[0].value.plan == Plan::Plus)
            .times(1)
            .in_sequence(&mut sequence)
            .return_once(move |_, done| done(outcome));
    }
    let changed = change_plan(&store, &shop.env.env(), &id, Plan::Plus).unwrap();
    assert_eq!(changed.plan, Plan::Plus);
}

#[test]
fn a_store_that_fails_to_read_gets_no_commit() {
    let shop = Shop::new("acme");
    let error = StoreError::Unavailable("no answer".to_owned());
    let failed = error.clone();
    let mut store = MockStore::new();
    store
        .expect_tenant()
        .times(1)
        .return_once(move |_| Err(failed));
    store.expect_submit().never();
    let outcome = change_plan(&store, &shop.env.env(), &shop.tenant.id, Plan::Plus);
    let expected = TenantError::Failure(Failure::Store(error));
    assert_eq!(outcome.unwrap_err(), expected);
}
