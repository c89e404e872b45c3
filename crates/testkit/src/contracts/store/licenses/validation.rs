//! Validations: one read uses up a signature and finds a license.

use std::collections::HashSet;
use std::sync::mpsc;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::standing::RevocationReason;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::{KeyQuery, KnownLicense, LicenseRecord, ValidateQuery, ValidateRead};

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::{Sale, Shop, display_name};

struct Validator {
    shop: Shop,
    sale: Sale,
    key: ApiKey,
}

/// A shop with a sold license and an API key that validates it.
fn validator(store: &Nodes<'_>) -> Validator {
    let shop = Shop::opened(store, "acme");
    let key = Write::changed(shop.api_key());
    committed(store, changing(&shop, |it| it.api_keys.push(key.clone())));
    Validator {
        sale: shop.sold(store),
        key: key.value,
        shop,
    }
}

impl Validator {
    /// An unsigned query for the sold license.
    fn unsigned(&self) -> ValidateQuery {
        ValidateQuery {
            nonce: None,
            key: KeyQuery {
                tenant: self.shop.tenant.id.clone(),
                product: self.shop.product.id.clone(),
                mode: self.shop.mode,
                hashes: vec![self.sale.license.key_hash],
            },
        }
    }

    /// A query for the sold license with this signature of the API key.
    fn query(&self, signature: u8) -> ValidateQuery {
        self.of(&self.key, signature)
    }

    fn of(&self, api_key: &ApiKey, signature: u8) -> ValidateQuery {
        ValidateQuery {
            nonce: Some(Nonce {
                signature: [signature; 32],
                ..self.shop.nonce(api_key)
            }),
            ..self.unsigned()
        }
    }
}

#[track_caller]
fn validate(store: &Nodes<'_>, query: ValidateQuery) -> ValidateRead {
    store.validate(query).expect("the store answers")
}

/// Of many queries with one signature at the same moment, one is fresh. The first query with
/// another signature or another key is fresh too.
pub fn a_nonce_is_fresh_once(store: &Nodes<'_>) {
    let validator = validator(store);
    let reads = at_once(16, |_| validate(store, validator.query(1)));
    assert_eq!(reads.iter().filter(|read| read.fresh).count(), 1);
    assert!(reads.iter().all(|read| read.license == reads[0].license));
    assert!(!validate(store, validator.query(1)).fresh);
    assert!(validate(store, validator.query(2)).fresh);
    let of_another_key = validator.of(&validator.shop.api_key(), 1);
    assert!(validate(store, of_another_key).fresh);
}

/// An unsigned query is fresh each time, also among signed queries, and uses up none of their
/// signatures.
pub fn a_question_without_a_nonce_is_answered_each_time(store: &Nodes<'_>) {
    let validator = validator(store);
    let unsigned = at_once(16, |_| validate(store, validator.unsigned()));
    let license = &unsigned[0].license;
    assert!(license.is_some() && unsigned.iter().all(|read| read.fresh));
    assert!(unsigned.iter().all(|read| read.license == *license));
    let mixed = at_once(16, |i| {
        let nth = u8::try_from(i).expect("small");
        let signed = validator.query(nth / 4);
        validate(store, [signed, validator.unsigned()][i % 2].clone())
    });
    for (i, read) in mixed.iter().enumerate() {
        assert!(i % 2 == 0 || read.fresh, "{i}");
        assert_eq!(read.license, *license);
    }
    let signed = mixed.iter().step_by(2);
    assert_eq!(signed.filter(|read| read.fresh).count(), 4);
    let nobody = ValidateQuery {
        key: KeyQuery {
            hashes: vec![KeyHash::from_bytes([9; 32])],
            ..validator.unsigned().key
        },
        nonce: None,
    };
    let read = validate(store, nobody);
    assert_eq!((read.fresh, read.license), (true, None));
}

/// Each of many queries submitted without waiting is answered once, with its own license.
pub fn each_question_gets_its_own_answer(store: &Nodes<'_>) {
    let validator = validator(store);
    let sales: Vec<Sale> = (0..30).map(|_| validator.shop.sold(store)).collect();
    let (send, answers) = mpsc::channel();
    for (i, sale) in (0..).zip(&sales) {
        let mut query = validator.query(i);
        query.key.hashes = vec![sale.license.key_hash];
        let (send, id) = (send.clone(), sale.license.id.clone());
        let done = move |answer| send.send((id, answer)).expect("the test waits");
        store.submit_validate(query, Box::new(done));
    }
    drop(send);
    let mut answered = HashSet::new();
    for (id, answer) in answers {
        let read = answer.expect("the store answers");
        let record = read.license.expect("it was sold").record;
        assert!(read.fresh);
        assert_eq!(record.license.id, id);
        assert!(answered.insert(id), "answered twice");
    }
    assert_eq!(answered.len(), sales.len());
}

/// A validation reads the license, its customer's address, its session and the name of its key
/// type.
pub fn a_validated_license_comes_with_address_session_and_plan(store: &Nodes<'_>) {
    let validator = validator(store);
    let read = validate(store, validator.query(1));
    let record = LicenseRecord {
        license: validator.sale.license,
        email: validator.sale.customer.email,
        external_id: validator.sale.customer.external_id,
        session: validator.sale.order.session,
    };
    let known = KnownLicense {
        record,
        plan: validator.shop.key_type.display_name,
        activations: 0,
    };
    assert_eq!(read.license, Some(known));
}

/// A license is found only for its own tenant, product and mode, under any of the hashes.
pub fn a_license_is_validated_where_it_belongs(store: &Nodes<'_>) {
    let validator = validator(store);
    let other = Shop::opened(store, "other");
    let known = validator.sale.license.key_hash;
    let unknown = KeyHash::from_bytes([9; 32]);
    let change = |fill: &dyn Fn(&mut KeyQuery)| {
        let mut key = validator.unsigned().key;
        fill(&mut key);
        key
    };
    let table = [
        (true, change(&|_| ())),
        (true, change(&|it| it.hashes = vec![unknown, known])),
        (true, change(&|it| it.hashes = vec![known, unknown])),
        (false, change(&|it| it.hashes = vec![unknown])),
        (false, change(&|it| it.hashes = vec![])),
        (false, change(&|it| it.tenant = other.tenant.id.clone())),
        (false, change(&|it| it.mode = Mode::Sandbox)),
        (
            false,
            change(&|it| it.product = ProductId::parse("second").expect("a slug")),
        ),
    ];
    for (i, (found, key)) in (1..).zip(table) {
        let nonce = validator.query(i).nonce;
        let query = ValidateQuery { nonce, key };
        let question = format!("{query:?}");
        let read = validate(store, query.clone());
        assert!(read.fresh, "{question}");
        assert_eq!(read.license.is_some(), found, "{question}");
        assert_eq!(store.license_of_key(&query.key), Ok(read.license));
    }
}

/// The key type of another product with the same id is not read.
pub fn a_license_is_read_with_the_key_type_of_its_product(store: &Nodes<'_>) {
    let validator = validator(store);
    let second = validator.shop.another_product("second");
    let decoy = KeyType {
        product: second.id.clone(),
        display_name: display_name("Decoy"),
        ..validator.shop.key_type.clone()
    };
    committed(
        store,
        changing(&validator.shop, |it| {
            it.products.push(Write::new(second));
            it.key_types.push(Write::new(decoy));
        }),
    );
    let known = validate(store, validator.query(1))
        .license
        .expect("it was sold");
    assert_eq!(known.plan, validator.shop.key_type.display_name);
}

/// A validation that starts after a revocation was acknowledged reads the revoked license.
pub fn a_revocation_is_seen_by_the_next_validation(store: &Nodes<'_>) {
    let validator = validator(store);
    assert!(validate(store, validator.query(1)).license.is_some());
    let mut license = validator.sale.license.clone();
    license
        .standing
        .revoke(RevocationReason::Admin, validator.shop.now());
    committed(
        store,
        changing(&validator.shop, |it| {
            it.licenses.push(Write::changed(license.clone()));
        }),
    );
    let known = validate(store, validator.query(2))
        .license
        .expect("it was sold");
    assert_eq!(known.record.license.standing, license.standing);
}

/// A nonce is kept until it expires, however often the store is pruned, and deleted then.
pub fn a_nonce_is_remembered_until_it_expires(store: &Nodes<'_>) {
    let validator = validator(store);
    let query = validator.query(1);
    let nonce = query.nonce.clone();
    let expires_at = nonce.expect("it is signed").expires_at;
    assert!(validate(store, query.clone()).fresh);
    store
        .prune(Prunable::Nonces, validator.shop.now())
        .expect("the store answers");
    assert!(!validate(store, query.clone()).fresh);
    let after = expires_at.plus(Duration::from_secs(1));
    store
        .prune(Prunable::Nonces, after)
        .expect("the store answers");
    assert!(validate(store, query).fresh, "the nonce was deleted");
}
