use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix, LicenseKey};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::product::{
    NewProduct, ProductPatch, create_product, set_product_archived, update_product,
};
use mintage_domain::usecase::licenses::mint::product_secret;
use mintage_domain::usecase::sellers::tenant::{change_plan, create_tenant};
use mintage_testkit::fixtures::{display_name, email};
use mintage_testkit::{MemoryStore, TestEnv};

fn new_product(slug: &str) -> NewProduct {
    NewProduct {
        id: ProductId::parse(slug).unwrap(),
        display_name: display_name("Pixel Studio"),
        key_prefix: KeyPrefix::parse("PIXL").unwrap(),
        key_format: KeyFormat::Checked,
    }
}

/// A store with the tenant `acme` on this plan.
struct Market {
    store: MemoryStore,
    env: TestEnv,
    tenant: TenantId,
}

impl Market {
    fn on(plan: Plan) -> Self {
        let (store, env) = (MemoryStore::new(), TestEnv::default());
        let tenant = TenantId::parse("acme").unwrap();
        create_tenant(&store, &env.env(), &tenant, &email("a@acme.test"), plan).unwrap();
        Self { store, env, tenant }
    }

    fn create(&self, new: &NewProduct) -> Result<Product, CatalogError> {
        let env = self.env.env();
        create_product(&self.store, &env, &self.tenant, &Actor::Operator, new)
    }
}

#[test]
fn a_plan_allows_as_many_products_as_its_quota() {
    for (plan, room) in [(Plan::Free, 1), (Plan::Starter, 3), (Plan::Plus, 10)] {
        let market = Market::on(plan);
        for n in 0..room {
            market.create(&new_product(&format!("app-{n}"))).unwrap();
        }
        let one_more = market.create(&new_product("one-more"));
        assert_eq!(one_more, Err(CatalogError::QuotaExceeded(room)));
    }
    let market = Market::on(Plan::Pro);
    for n in 0..30 {
        market.create(&new_product(&format!("app-{n}"))).unwrap();
    }
}

#[test]
fn a_larger_plan_raises_the_quota_and_a_smaller_one_removes_nothing() {
    let market = Market::on(Plan::Free);
    let (env, tenant) = (market.env.env(), &market.tenant);
    market.create(&new_product("first")).unwrap();
    assert!(market.create(&new_product("second")).is_err());
    change_plan(&market.store, &env, tenant, Plan::Starter).unwrap();
    market.create(&new_product("second")).unwrap();
    change_plan(&market.store, &env, tenant, Plan::Free).unwrap();
    let third = market.create(&new_product("third"));
    assert_eq!(third, Err(CatalogError::QuotaExceeded(1)));
    let existing = market.create(&new_product("second"));
    assert_eq!(existing, Err(CatalogError::Exists));
}

#[test]
fn concurrent_callers_share_the_quota() {
    let market = Market::on(Plan::Starter);
    let created = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|n| {
                let market = &market;
                scope.spawn(move || market.create(&new_product(&format!("app-{n}"))).is_ok())
            })
            .collect();
        let outcomes = callers.into_iter().map(|it| it.join().unwrap());
        outcomes.filter(|created| *created).count()
    });
    assert_eq!(created, 3);
}

#[test]
fn a_product_is_created_with_a_secret_of_its_own() {
    let market = Market::on(Plan::Pro);
    let one = market.create(&new_product("one")).unwrap();
    let two = market.create(&new_product("two")).unwrap();
    let prefix = KeyPrefix::parse("PIXL").unwrap();
    let checksum = |product| {
        let secret = product_secret(&market.env.env(), product).unwrap();
        let key = LicenseKey::checked(&prefix, [0; 13], &secret);
        key.expose().to_owned()
    };
    assert_eq!(checksum(&one), checksum(&one));
    assert_ne!(checksum(&one), checksum(&two));
    let moved = Product {
        id: two.id.clone(),
        ..one
    };
    let opened = product_secret(&market.env.env(), &moved);
    assert!(opened.is_err(), "a secret opens for its own product only");
}

#[test]
fn an_unknown_tenant_has_no_products() {
    let market = Market::on(Plan::Pro);
    let nobody = TenantId::parse("nobody").unwrap();
    let (env, actor) = (market.env.env(), Actor::Operator);
    let unknown = create_product(&market.store, &env, &nobody, &actor, &new_product("app"));
    assert_eq!(unknown, Err(CatalogError::NotFound));
}

#[test]
fn a_prefix_of_two_to_eight_characters_suits_both_formats() {
    let market = Market::on(Plan::Pro);
    for (n, prefix) in ["PX", "PIXEL", "PIXELS12"].into_iter().enumerate() {
        for format in KeyFormat::ALL {
            let new = NewProduct {
                key_prefix: KeyPrefix::parse(prefix).unwrap(),
                key_format: format,
                ..new_product(&format!("app-{n}-{format}"))
            };
            assert!(market.create(&new).is_ok(), "{prefix} {format}");
        }
    }
}

#[test]
fn a_change_writes_what_it_names_and_nothing_twice() {
    let market = Market::on(Plan::Pro);
    let before = market.create(&new_product("app")).unwrap();
    let patch = ProductPatch {
        display_name: Some(display_name("Pixel Pro")),
        key_prefix: Some(KeyPrefix::parse("PX").unwrap()),
        key_format: None,
    };
    let update = |id: &str, patch: &ProductPatch| {
        let (env, id) = (market.env.env(), ProductId::parse(id).unwrap());
        let target = (&market.tenant, &id);
        update_product(&market.store, &env, target, &Actor::Operator, patch)
    };
    let after = update("app", &patch).unwrap();
    let expected = Product {
        display_name: display_name("Pixel Pro"),
        key_prefix: KeyPrefix::parse("PX").unwrap(),
        version: 2,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(update("app", &patch), Ok(after.clone()));
    assert_eq!(update("app", &ProductPatch::default()), Ok(after));
    assert_eq!(update("other", &patch), Err(CatalogError::NotFound));
}

#[test]
fn an_archived_product_leaves_its_place_in_the_quota_until_it_is_restored() {
    let market = Market::on(Plan::Free);
    market.create(&new_product("first")).unwrap();
    let set = |id: &str, archived| {
        let (env, id) = (market.env.env(), ProductId::parse(id).unwrap());
        let target = (&market.tenant, &id);
        set_product_archived(&market.store, &env, target, &Actor::Operator, archived)
    };
    for _ in 0..2 {
        assert!(set("first", true).unwrap().archived_at.is_some());
    }
    market.create(&new_product("second")).unwrap();
    let full = Err(CatalogError::QuotaExceeded(1));
    assert_eq!(set("first", false), full);
    assert_eq!(market.create(&new_product("third")), full);
    set("second", true).unwrap();
    assert_eq!(set("first", false).unwrap().archived_at, None);
    assert_eq!(set("third", true), Err(CatalogError::NotFound));
}
