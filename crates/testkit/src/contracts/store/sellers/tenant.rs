//! Tenants.

use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sellers::tenant::{Plan, Tenant, TenantStatus};

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::{Shop, email};

/// Tenants of every plan read back unchanged, also after a change.
pub fn a_tenant_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    let first = Tenant {
        id: TenantId::parse("0-tenant-of-thirty-two-character").expect("a slug"),
        email: email("o'neil+tag@example.test"),
        created_at: INSTANTS[0],
        ..shop.tenant.clone()
    };
    let rows = Plan::ALL.map(|plan| Tenant {
        email: email(&format!("{}@example.test", plan.as_str())),
        plan,
        mails: plan != Plan::Free,
        ..first.clone()
    });
    let statuses = TenantStatus::ALL.map(|status| Tenant {
        status,
        ..first.clone()
    });
    each_comes_back(store, &shop, |it| &mut it.tenants, [shop.tenant.clone()]);
    each_overwrites(
        store,
        &shop,
        |it| &mut it.tenants,
        rows.into_iter().chain(statuses),
    );
}

/// All tenants are listed in pages.
pub fn tenants_are_paged(store: &Nodes<'_>) {
    let shop = Shop::new("acme");
    let tenants = at_moments(
        store,
        &shop,
        |i| {
            let mut tenant = Shop::new(&format!("tenant{i}")).tenant;
            tenant.created_at = shop.now();
            tenant
        },
        |it, tenant| it.tenants.push(Write::changed(tenant.clone())),
    );
    assert_paged(
        &|page| store.tenants(page),
        &|it| (it.created_at, it.id.to_string()),
        tenants
            .iter()
            .map(|it| (it.created_at, it.id.to_string()))
            .collect(),
    );
}
