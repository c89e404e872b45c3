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
use mintage_domain::ports::{KeyQuery, KnownLicense, LicenseRecord, ValidateQuery, ValidateRead};

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::{Sale, Shop, display_name};

struct Asking {
    shop: Shop,
    sale: Sale,
    key: ApiKey,
}

/// A shop with a sold license and an API key that asks about it.
fn asking(store: &Nodes<'_>) -> Asking {
    let shop = Shop::opened(store, "acme");
    let key = Write::changed(shop.api_key());
    committed(store, changing(&shop, |it| it.api_keys.push(key.clone())));
    Asking {
        sale: shop.sold(store),
        key: key.value,
        shop,
    }
}

impl Asking {
    /// The question about the sold license, without a signature.
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

    /// The same under this signature of the API key.
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

/// Of many who present one signature at once, one is first; of another signature or another key
/// the first is too.
pub fn a_nonce_is_fresh_once(store: &Nodes<'_>) {
    let asking = asking(store);
    let reads = at_once(16, |_| validate(store, asking.query(1)));
    assert_eq!(reads.iter().filter(|read| read.fresh).count(), 1);
    assert!(reads.iter().all(|read| read.license == reads[0].license));
    assert!(!validate(store, asking.query(1)).fresh);
    assert!(validate(store, asking.query(2)).fresh);
    let of_another_key = asking.of(&asking.shop.api_key(), 1);
    assert!(validate(store, of_another_key).fresh);
}

/// A question that nobody signed may be asked again and again, among signed ones too, and uses
/// none of their signatures up.
pub fn a_question_without_a_nonce_is_answered_each_time(store: &Nodes<'_>) {
    let asking = asking(store);
    let unsigned = at_once(16, |_| validate(store, asking.unsigned()));
    let license = &unsigned[0].license;
    assert!(license.is_some() && unsigned.iter().all(|read| read.fresh));
    assert!(unsigned.iter().all(|read| read.license == *license));
    let mixed = at_once(16, |i| {
        let nth = u8::try_from(i).expect("small");
        let signed = asking.query(nth / 4);
        validate(store, [signed, asking.unsigned()][i % 2].clone())
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
            ..asking.unsigned().key
        },
        nonce: None,
    };
    let read = validate(store, nobody);
    assert_eq!((read.fresh, read.license), (true, None));
}

/// Many questions handed over without waiting are each answered once, each with its own license.
pub fn each_question_gets_its_own_answer(store: &Nodes<'_>) {
    let asking = asking(store);
    let sales: Vec<Sale> = (0..30).map(|_| asking.shop.sold(store)).collect();
    let (send, answers) = mpsc::channel();
    for (i, sale) in (0..).zip(&sales) {
        let mut query = asking.query(i);
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

/// The license comes whole, with its customer's address, its session and its key type's name.
pub fn a_validated_license_comes_with_all_that_is_told(store: &Nodes<'_>) {
    let asking = asking(store);
    let read = validate(store, asking.query(1));
    let record = LicenseRecord {
        license: asking.sale.license,
        email: asking.sale.customer.email,
        session: asking.sale.order.session,
    };
    let known = KnownLicense {
        record,
        plan: asking.shop.key_type.display_name,
        activations: 0,
    };
    assert_eq!(read.license, Some(known));
}

/// A license is found for its own tenant, product and mode alone, under any of the hashes asked.
pub fn a_license_is_validated_where_it_belongs(store: &Nodes<'_>) {
    let asking = asking(store);
    let other = Shop::opened(store, "other");
    let known = asking.sale.license.key_hash;
    let unknown = KeyHash::from_bytes([9; 32]);
    let change = |fill: &dyn Fn(&mut KeyQuery)| {
        let mut key = asking.unsigned().key;
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
        let nonce = asking.query(i).nonce;
        let query = ValidateQuery { nonce, key };
        let question = format!("{query:?}");
        let read = validate(store, query.clone());
        assert!(read.fresh, "{question}");
        assert_eq!(read.license.is_some(), found, "{question}");
        assert_eq!(store.license_of_key(&query.key), Ok(read.license));
    }
}

/// A key type of the same name in another product lends a license nothing.
pub fn a_license_is_told_with_the_key_type_of_its_product(store: &Nodes<'_>) {
    let asking = asking(store);
    let second = asking.shop.another_product("second");
    let decoy = KeyType {
        product: second.id.clone(),
        display_name: display_name("Decoy"),
        ..asking.shop.key_type.clone()
    };
    committed(
        store,
        changing(&asking.shop, |it| {
            it.products.push(Write::new(second));
            it.key_types.push(Write::new(decoy));
        }),
    );
    let known = validate(store, asking.query(1))
        .license
        .expect("it was sold");
    assert_eq!(known.plan, asking.shop.key_type.display_name);
}

/// A validation that starts after a revocation was acknowledged sees it.
pub fn a_revocation_is_seen_by_the_next_validation(store: &Nodes<'_>) {
    let asking = asking(store);
    assert!(validate(store, asking.query(1)).license.is_some());
    let mut license = asking.sale.license.clone();
    license
        .standing
        .revoke(RevocationReason::Admin, asking.shop.now());
    committed(
        store,
        changing(&asking.shop, |it| {
            it.licenses.push(Write::changed(license.clone()));
        }),
    );
    let known = validate(store, asking.query(2))
        .license
        .expect("it was sold");
    assert_eq!(known.record.license.standing, license.standing);
}

/// A nonce is remembered until it expires, however often the store is swept, and not for ever.
pub fn a_nonce_is_remembered_until_it_expires(store: &Nodes<'_>) {
    let asking = asking(store);
    let query = asking.query(1);
    let nonce = query.nonce.clone();
    let expires_at = nonce.expect("it is signed").expires_at;
    assert!(validate(store, query.clone()).fresh);
    store.prune(asking.shop.now()).expect("the store answers");
    assert!(!validate(store, query.clone()).fresh);
    let after = expires_at.plus(Duration::from_secs(1));
    store.prune(after).expect("the store answers");
    assert!(validate(store, query).fresh, "it was forgotten");
}
