use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::KeyTypeId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::external_order::{ExternalOrder, Reference};
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::sellers::audit::ServiceName;
use mintage_domain::model::sellers::tenant::{Plan, Tenant, TenantStatus};
use mintage_domain::ports::{AuditFilter, Audits, Commit, Mails, Orders};
use mintage_domain::usecase::caller::{Caller, NotAllowed};
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::licenses::issue::NewCustomer;
use mintage_domain::usecase::sales::external::{
    ExternalOrderError, MAX_UNITS, OrderRefund, PaidOrder, RefundRecorded, Sold, record_paid,
    record_refund,
};
use mintage_testkit::fixtures::{cents, email};

use crate::seller::Seller;

/// A shop that takes money by itself, and embeds the domain.
struct Embedder {
    seller: Seller,
    caller: Caller,
}

fn reference(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

impl Embedder {
    fn new() -> Self {
        let seller = Seller::new();
        let caller = Caller::service(
            ServiceName::parse("shop").unwrap(),
            seller.tenant().clone(),
            seller.shop.product.id.clone(),
            seller.shop.mode,
        );
        Self { seller, caller }
    }

    /// One license of the shop's key type for 29.00 USD.
    fn order(&self, order: &str) -> PaidOrder {
        PaidOrder {
            reference: reference(order),
            key_type: self.seller.shop.key_type.id.clone(),
            quantity: 1,
            terms: None,
            total: cents(2_900),
            buyer: NewCustomer {
                email: email("ada@example.test"),
                name: None,
                external_id: None,
                metadata: Metadata::default(),
            },
            notes: None,
            metadata: Metadata::default(),
        }
    }

    fn pay(&self, order: &PaidOrder) -> Result<Sold, ExternalOrderError> {
        record_paid(&*self.seller.store, &self.seller.env(), &self.caller, order)
    }

    fn report(&self, refund: &OrderRefund) -> Result<RefundRecorded, ExternalOrderError> {
        record_refund(
            &*self.seller.store,
            &self.seller.env(),
            &self.caller,
            refund,
        )
    }

    fn refund(&self, order: &str, name: &str, minor: i64) -> RefundRecorded {
        self.report(&refund(order, name, minor)).unwrap()
    }

    /// The state of each license, and the events that the seller's endpoint gets.
    fn ends(&self) -> (Vec<State>, Vec<String>) {
        let now = self.seller.shop.now();
        let licenses = self.seller.licenses();
        let states = licenses.iter().map(|it| it.license.state(now)).collect();
        let events = self.seller.events();
        (states, events.iter().map(ToString::to_string).collect())
    }
}

fn refund(order: &str, name: &str, minor: i64) -> OrderRefund {
    OrderRefund {
        order: reference(order),
        refund: reference(name),
        amount: cents(minor),
        failed: false,
    }
}

#[test]
fn an_order_that_is_paid_twice_mints_once() {
    let shop = Embedder::new();
    let order = shop.order("17");
    let first = shop.pay(&order).unwrap();
    assert!(!first.again);
    let again = shop.pay(&order).unwrap();
    assert!(again.again);
    assert_eq!(again.order, first.order);
    let [minted] = &first.licenses[..] else {
        panic!("one license was sold")
    };
    let [repeated] = &again.licenses[..] else {
        panic!("one license is known")
    };
    assert_eq!(repeated.license, minted.license);
    assert_eq!(repeated.key.expose(), minted.key.expose());
    assert_eq!(repeated.email, minted.email);
    assert_eq!(
        shop.ends(),
        (vec![State::Active], vec!["license.created".to_owned()])
    );
}

#[test]
fn an_order_is_stored_counted_mailed_and_audited() {
    let shop = Embedder::new();
    let sold = shop.pay(&shop.order("17")).unwrap();
    let (store, tenant) = (&shop.seller.store, shop.seller.tenant());
    let identity = ExternalOrder {
        tenant,
        mode: Mode::Live,
        reference: &reference("17"),
    };
    let order = store.order(tenant, &identity.id()).unwrap().unwrap();
    assert_eq!(order, sold.order);
    assert_eq!(order.status, OrderStatus::Fulfilled);
    assert_eq!((order.total, order.fee), (Some(cents(2_900)), None));
    let license = &sold.licenses[0].license;
    assert_eq!(order.customer.as_ref(), Some(&license.customer));
    let page = PageRequest::default();
    let mails = store.mails(tenant, &license.id, &page).unwrap().items;
    assert_eq!(mails[0].to, email("ada@example.test"));
    let entries = store.audit(tenant, &AuditFilter::default(), &page).unwrap();
    let minted = entries
        .items
        .iter()
        .find(|it| it.action == "license.minted");
    assert_eq!(minted.unwrap().actor, "service:shop");
}

#[test]
fn an_order_of_several_licenses_mints_each() {
    let shop = Embedder::new();
    let order = PaidOrder {
        quantity: 3,
        ..shop.order("17")
    };
    let sold = shop.pay(&order).unwrap();
    let mut keys: Vec<_> = sold.licenses.iter().map(|it| it.key.expose()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3);
    let again = shop.pay(&order).unwrap();
    let ids = |sold: &Sold| -> Vec<_> {
        sold.licenses
            .iter()
            .map(|it| it.license.id.clone())
            .collect()
    };
    assert_eq!(ids(&again), ids(&sold));
    assert!(shop.refund("17", "r", 2_900).is_full);
    assert_eq!(shop.ends().0, vec![State::Revoked; 3]);
    for quantity in [0, MAX_UNITS + 1] {
        let order = PaidOrder {
            quantity,
            ..shop.order("18")
        };
        assert_eq!(shop.pay(&order).unwrap_err(), ExternalOrderError::Quantity);
    }
    let largest = PaidOrder {
        quantity: MAX_UNITS,
        ..shop.order("19")
    };
    assert_eq!(shop.pay(&largest).unwrap().licenses.len(), 50);
    assert!(shop.refund("19", "r", 2_900).is_full);
}

#[test]
fn a_reference_belongs_to_one_order() {
    let shop = Embedder::new();
    shop.pay(&shop.order("17")).unwrap();
    let same = || shop.order("17");
    for other in [
        PaidOrder {
            total: cents(3_000),
            ..same()
        },
        PaidOrder {
            quantity: 2,
            ..same()
        },
        PaidOrder {
            key_type: KeyTypeId::parse("team").unwrap(),
            ..same()
        },
    ] {
        let refused = shop.pay(&other).unwrap_err();
        assert_eq!(refused, ExternalOrderError::AnotherOrder, "{other:?}");
    }
    let sandbox = Embedder {
        caller: Caller {
            mode: Mode::Sandbox,
            ..shop.caller.clone()
        },
        ..shop
    };
    assert!(!sandbox.pay(&sandbox.order("17")).unwrap().again);
    assert_eq!(sandbox.seller.licenses().len(), 2);
}

#[test]
fn a_refund_in_full_revokes_and_one_in_part_is_told() {
    let shop = Embedder::new();
    shop.pay(&shop.order("17")).unwrap();
    let part = RefundRecorded {
        is_paid: true,
        refunded: 900,
        is_full: false,
        again: false,
    };
    assert_eq!(shop.refund("17", "a", 900), part);
    assert_eq!(shop.ends().0, [State::Active]);
    assert_eq!(
        shop.refund("17", "a", 900),
        RefundRecorded {
            again: true,
            ..part
        }
    );
    let full = RefundRecorded {
        refunded: 2_900,
        is_full: true,
        ..part
    };
    assert_eq!(shop.refund("17", "b", 2_000), full);
    let (states, mut events) = shop.ends();
    events.sort();
    assert_eq!(states, [State::Revoked]);
    assert_eq!(
        events,
        [
            "license.created",
            "license.refunded",
            "order.refunded",
            "order.refunded"
        ]
    );
    let again = shop.pay(&shop.order("17")).unwrap();
    assert_eq!(
        again.licenses[0].license.state(shop.seller.shop.now()),
        State::Revoked
    );
}

#[test]
fn a_sale_and_its_refunds_end_the_same_in_any_order() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let shop = Embedder::new();
        for report in order {
            match report {
                0 => drop(shop.pay(&shop.order("17")).unwrap()),
                1 => drop(shop.refund("17", "a", 900)),
                _ => drop(shop.refund("17", "b", 2_000)),
            }
        }
        let (states, events) = shop.ends();
        assert_eq!(states, [State::Revoked], "{order:?}");
        let refunded = events.iter().filter(|it| *it == "license.refunded").count();
        assert_eq!(refunded, 1, "{order:?}");
        assert!(shop.refund("17", "b", 2_000).again, "{order:?}");
    }
}

#[test]
fn a_refund_of_an_order_that_was_not_reported_is_remembered() {
    let shop = Embedder::new();
    let early = shop.refund("17", "a", 2_900);
    assert_eq!((early.is_paid, early.is_full), (false, false));
    assert_eq!(shop.ends().0, []);
    let sold = shop.pay(&shop.order("17")).unwrap();
    assert_eq!(
        sold.licenses[0].license.state(shop.seller.shop.now()),
        State::Revoked
    );
    assert_eq!(shop.seller.licenses().len(), 1);
    assert!(
        shop.pay(&shop.order("18")).unwrap().licenses[0]
            .license
            .standing
            .revocation()
            .is_none()
    );
}

#[test]
fn a_refund_that_fails_gives_the_license_back_unless_the_seller_revoked_it() {
    for by_seller in [false, true] {
        let shop = Embedder::new();
        let sold = shop.pay(&shop.order("17")).unwrap();
        assert!(shop.refund("17", "a", 2_900).is_full);
        if by_seller {
            let (store, env) = (&*shop.seller.store, shop.seller.env());
            let (tenant, id) = (shop.seller.tenant(), &sold.licenses[0].license.id);
            revoke(store, &env, tenant, id, &shop.caller.actor).unwrap();
        }
        let failed = OrderRefund {
            failed: true,
            ..refund("17", "a", 2_900)
        };
        let after = shop.report(&failed).unwrap();
        assert_eq!((after.refunded, after.is_full), (0, false));
        let expected = if by_seller {
            State::Revoked
        } else {
            State::Active
        };
        assert_eq!(shop.ends().0, [expected]);
        assert!(
            shop.refund("17", "a", 2_900).again,
            "it has failed for good"
        );
    }
}

#[test]
fn a_refund_is_of_something_in_the_currency_of_the_order() {
    let shop = Embedder::new();
    shop.pay(&shop.order("17")).unwrap();
    let nothing = shop.report(&refund("17", "a", 0));
    assert_eq!(nothing, Err(ExternalOrderError::NothingRefunded));
    let (usd, eur) = (
        Currency::parse("usd").unwrap(),
        Currency::parse("eur").unwrap(),
    );
    let other = OrderRefund {
        amount: Money::new(2_900, eur).unwrap(),
        ..refund("17", "a", 1)
    };
    assert_eq!(
        shop.report(&other),
        Err(ExternalOrderError::OtherCurrency(usd))
    );
    let early = OrderRefund {
        order: reference("18"),
        ..other
    };
    shop.report(&early).unwrap();
    let refused = shop.pay(&shop.order("18")).unwrap_err();
    assert_eq!(refused, ExternalOrderError::OtherCurrency(eur));
}

#[test]
fn refunds_beyond_those_that_are_kept_are_refused_and_not_lost() {
    let shop = Embedder::new();
    shop.pay(&shop.order("17")).unwrap();
    for number in 0..100 {
        shop.refund("17", &number.to_string(), 1);
    }
    let refused = shop.report(&refund("17", "100", 1));
    assert_eq!(refused, Err(ExternalOrderError::TooManyRefunds));
    assert_eq!(shop.refund("17", "99", 1).refunded, 100);
}

#[test]
fn a_free_order_mints_too() {
    let shop = Embedder::new();
    let free = PaidOrder {
        total: cents(0),
        ..shop.order("17")
    };
    assert_eq!(shop.pay(&free).unwrap().licenses.len(), 1);
    assert!(shop.pay(&free).unwrap().again);
    assert_eq!(shop.ends().0, [State::Active]);
}

#[test]
fn the_agreed_terms_outrank_those_of_the_key_type() {
    let shop = Embedder::new();
    let of_key_type = shop.seller.shop.key_type.terms.clone();
    let agreed = LicenseTerms {
        term: Term::parse("30d").unwrap(),
        activation_limit: 7,
        ..of_key_type.clone()
    };
    let order = PaidOrder {
        terms: Some(agreed.clone()),
        ..shop.order("17")
    };
    let sold = shop.pay(&order).unwrap();
    assert_eq!(sold.order.terms, agreed);
    let license = &sold.licenses[0].license;
    assert_eq!(license.activation_limit, 7);
    assert!(license.standing.expires_at().is_some());
    let sold = shop.pay(&shop.order("18")).unwrap();
    assert_eq!(sold.order.terms, of_key_type);
}

#[test]
fn a_paid_order_mints_beyond_the_quota_of_an_archived_product_and_a_suspended_seller() {
    let shop = Embedder::new();
    let now = shop.seller.shop.now();
    let mut changes = shop.seller.shop.changes();
    changes.tenants.push(Write::changed(Tenant {
        plan: Plan::Free,
        status: TenantStatus::Suspended,
        version: 1,
        ..shop.seller.shop.tenant.clone()
    }));
    changes.products.push(Write::changed(Product {
        archived_at: Some(now),
        ..shop.seller.shop.product.clone()
    }));
    shop.seller.store.commit(changes).unwrap();
    for number in 0..3 {
        let order = PaidOrder {
            quantity: MAX_UNITS,
            ..shop.order(&number.to_string())
        };
        shop.pay(&order).unwrap();
    }
}

#[test]
fn an_order_of_nothing_that_is_sold_mints_nothing() {
    let shop = Embedder::new();
    let order = PaidOrder {
        key_type: KeyTypeId::parse("team").unwrap(),
        ..shop.order("17")
    };
    assert_eq!(
        shop.pay(&order).unwrap_err(),
        ExternalOrderError::UnknownKeyType
    );
    assert_eq!(shop.ends().0, []);
    assert!(!shop.refund("17", "a", 1).is_paid);
}

#[test]
fn a_caller_who_may_not_issue_reports_nothing() {
    let shop = Embedder::new();
    let not_allowed = ExternalOrderError::NotAllowed(NotAllowed);
    for scope in [Scope::ReadOnly, Scope::ValidateOnly] {
        let caller = shop.caller.clone().with_scope(scope);
        let (store, env) = (&*shop.seller.store, shop.seller.env());
        let paid = record_paid(store, &env, &caller, &shop.order("17"));
        assert_eq!(paid.unwrap_err(), not_allowed, "{scope}");
        let refunded = record_refund(store, &env, &caller, &refund("17", "a", 1));
        assert_eq!(refunded.unwrap_err(), not_allowed, "{scope}");
    }
    assert_eq!(shop.ends().0, []);
}

#[test]
fn reports_at_the_same_time_mint_once() {
    let shop = Embedder::new();
    let order = PaidOrder {
        quantity: 2,
        ..shop.order("17")
    };
    let reports = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (shop, order) = (&shop, &order);
                scope.spawn(move || match number % 2 {
                    0 => shop.pay(order).map(|sold| sold.again),
                    _ => shop.report(&refund("17", "a", 2_900)).map(|it| it.again),
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|it| it.join().unwrap())
            .collect::<Vec<_>>()
    });
    let new = reports
        .iter()
        .filter(|report| **report == Ok(false))
        .count();
    assert_eq!(new, 2, "{reports:?}");
    assert_eq!(shop.ends().0, vec![State::Revoked; 2]);
}
