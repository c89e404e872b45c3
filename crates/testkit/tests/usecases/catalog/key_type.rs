use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::key_type::{NewKeyType, create_key_type};
use mintage_testkit::fixtures::{cents, display_name};

use crate::seller::Seller;

#[test]
fn a_key_type_is_created_once_with_a_term_that_counts_from_the_sale() {
    let seller = Seller::new();
    let create = |product: &str, slug: &str, term: &str| {
        let new = NewKeyType {
            id: KeyTypeId::parse(slug).unwrap(),
            display_name: display_name("Team"),
            terms: LicenseTerms {
                term: Term::parse(term).unwrap(),
                ..seller.shop.key_type.terms.clone()
            },
            price: Some(cents(9_900)),
        };
        let product = ProductId::parse(product).unwrap();
        let (store, env, actor) = (&*seller.store, seller.env(), Actor::Operator);
        create_key_type(store, &env, seller.tenant(), &product, &actor, &new)
    };
    let created = create("pixel", "team", "365d").unwrap();
    assert_eq!(created.price, Some(cents(9_900)));
    for (product, slug, term, error) in [
        ("pixel", "team", "30d", CatalogError::Exists),
        ("pixel", "pro", "30d", CatalogError::Exists),
        ("other", "team", "30d", CatalogError::NotFound),
        ("pixel", "dated", "2030-01-01", CatalogError::AbsoluteTerm),
    ] {
        assert_eq!(
            create(product, slug, term),
            Err(error),
            "{slug} of {product}"
        );
    }
    assert_eq!(seller.audited("key-type.created"), 1);
}
