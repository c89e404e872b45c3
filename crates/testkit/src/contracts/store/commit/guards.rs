//! The guards that refuse a commit.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::{Guarded, Row};
use mintage_domain::commit::write::{Versioned, Write};
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::CommitError;

use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::counting::{counted, counting};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::{Sale, Shop};

/// One commit for each kind of row, with that row alone.
fn one_new_row_of_each_kind(shop: &Shop, sale: &Sale) -> Vec<Changes> {
    let product = shop.another_product("second");
    let key_type = shop.another_key_type("second");
    let only = |fill: &dyn Fn(&mut Changes)| changing(shop, fill);
    vec![
        only(&|it| it.tenants.push(Write::changed(Shop::new("second").tenant))),
        only(&|it| it.tokens.push(Write::changed(shop.management_token()))),
        only(&|it| it.products.push(Write::new(product.clone()))),
        only(&|it| it.key_types.push(Write::new(key_type.clone()))),
        only(&|it| it.connections.push(Write::changed(shop.connection()))),
        only(&|it| it.accounts.push(Write::changed(shop.account_link()))),
        only(&|it| it.account_states.push(Write::changed(shop.account_state()))),
        only(&|it| it.oauth_rounds.push(Write::changed(shop.oauth_round()))),
        only(&|it| {
            it.manual_endpoints
                .push(Write::changed(shop.manual_endpoint()));
        }),
        only(&|it| it.sale_mappings.push(Write::changed(shop.sale_mappings()))),
        only(&|it| it.product_keys.push(Write::changed(shop.product_key()))),
        only(&|it| it.events.push(Write::changed(shop.processed_event()))),
        only(&|it| it.orders.push(Write::changed(shop.order()))),
        only(&|it| it.payments.push(Write::changed(shop.payment()))),
        only(&|it| {
            let license = shop.license(&sale.customer);
            it.licenses.push(Write::changed(license));
        }),
        only(&|it| it.api_keys.push(Write::changed(shop.api_key()))),
        only(&|it| it.endpoints.push(Write::changed(shop.webhook_endpoint()))),
        only(&|it| {
            let delivery = shop.delivery(&sale.license);
            it.deliveries.push(Write::changed(delivery));
        }),
        only(&|it| {
            it.mails
                .push(Write::changed(shop.queued_mail(&sale.license)));
        }),
    ]
}

/// A new row of any kind is refused if it exists, and the refusal names the row.
pub fn a_row_that_had_to_be_new_exists(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    for changes in one_new_row_of_each_kind(&shop, &sale) {
        let (row, _) = changes.guards().remove(0);
        committed(store, changes.clone());
        assert_eq!(refused(store, changes), Refusal::Exists(row));
    }
}

/// A second license for a unit is refused, whatever its id and key.
pub fn a_unit_has_one_license(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let again = License {
        unit: sale.license.unit.clone(),
        ..shop.license(&sale.customer)
    };
    let unit = again.unit.clone().expect("it was sold");
    let mut another = again.clone();
    if let Some(unit) = &mut another.unit {
        unit.unit += 1;
    }
    let minting =
        |license: License| changing(&shop, |it| it.licenses.push(Write::changed(license)));
    assert_eq!(
        refused(store, minting(again)),
        Refusal::Exists(Row::LicenseUnit(unit))
    );
    committed(store, minting(another));
}

/// A license key is unique in a tenant and mode; another tenant may use the same key.
pub fn a_key_is_unique_in_its_tenant_and_mode(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let other = Shop::opened(store, "other");
    let others = other.sold(store);
    let with_key = |license: License| License {
        key_hash: sale.license.key_hash,
        ..license
    };
    let again = with_key(shop.license(&sale.customer));
    let row = Row::LicenseKey(again.tenant.clone(), again.mode, again.key_hash);
    let minting =
        |license: License| changing(&shop, |it| it.licenses.push(Write::changed(license)));
    assert_eq!(refused(store, minting(again)), Refusal::Exists(row));
    committed(store, minting(with_key(other.license(&others.customer))));
}

/// A row with a version is refused if it was read in another version than the stored one (missing,
/// older, newer), and written otherwise.
pub fn a_row_read_in_another_version_is_stale(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let check = Staleness { store, shop: &shop };
    check.of(&Shop::new("other").tenant, |it| &mut it.tenants);
    check.of(&shop.management_token(), |it| &mut it.tokens);
    check.of(&shop.connection(), |it| &mut it.connections);
    check.of(&shop.account_link(), |it| &mut it.accounts);
    check.of(&shop.account_state(), |it| &mut it.account_states);
    check.of(&shop.oauth_round(), |it| &mut it.oauth_rounds);
    check.of(&shop.manual_endpoint(), |it| &mut it.manual_endpoints);
    check.of(&shop.sale_mappings(), |it| &mut it.sale_mappings);
    check.of(&shop.product_key(), |it| &mut it.product_keys);
    check.of(&shop.processed_event(), |it| &mut it.events);
    check.of(&shop.order(), |it| &mut it.orders);
    check.of(&shop.payment(), |it| &mut it.payments);
    check.of(&shop.license(&sale.customer), |it| &mut it.licenses);
    check.of(&shop.api_key(), |it| &mut it.api_keys);
    check.of(&shop.webhook_endpoint(), |it| &mut it.endpoints);
    check.of(&shop.delivery(&sale.license), |it| &mut it.deliveries);
    check.of(&shop.queued_mail(&sale.license), |it| &mut it.mails);
}

struct Staleness<'a> {
    store: &'a Nodes<'a>,
    shop: &'a Shop,
}

impl Staleness<'_> {
    #[track_caller]
    fn of<T: Clone + Guarded + Versioned>(
        &self,
        never_written: &T,
        part: fn(&mut Changes) -> &mut Vec<Write<T>>,
    ) {
        let stale = Refusal::Stale(never_written.row());
        // The stored version, the version that the caller has read, and whether they are equal.
        let steps = [
            ("missing", 1, false),
            ("missing", 0, true),
            ("version 1", 2, false),
            ("version 1", 1, true),
            ("version 2", 1, false),
            ("version 2", 3, false),
            ("version 2", 2, true),
        ];
        for (stored, read, fits) in steps {
            let mut row = never_written.clone();
            *row.version_mut() = read;
            let changes = changing(self.shop, |it| part(it).push(Write::changed(row)));
            if fits {
                committed(self.store, changes);
            } else {
                let refusal = refused(self.store, changes);
                assert_eq!(refusal, stale, "{stored}, read as {read}");
            }
        }
    }
}

/// A commit that writes a row twice is refused.
pub fn a_row_is_written_once_in_a_commit(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let order = shop.order();
    let twice = changing(&shop, |it| {
        it.orders = vec![Write::changed(order.clone()), Write::changed(order.clone())];
    });
    assert_eq!(
        refused(store, twice),
        Refusal::Stale(Row::Order(order.id.clone()))
    );
}

/// A counter rises to its cap and not above, and the receipt has its value.
pub fn a_counter_is_full_at_its_cap(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let counter = Counter::Products(shop.tenant.id.clone());
    let full = |cap| {
        let counter = counter.clone();
        Err(Refusal::Full { counter, cap })
    };
    for (add, cap, outcome) in [
        (2, Some(3), Ok(2)),
        (2, Some(3), full(3)),
        (1, Some(3), Ok(3)),
        (1, Some(3), full(3)),
        (4, None, Ok(7)),
        (1, Some(7), full(7)),
        (-2, Some(3), Ok(5)),
        (1, Some(6), Ok(6)),
        (i64::from(u32::MAX), None, Ok(6 + i64::from(u32::MAX))),
    ] {
        let result = match store.commit(counting(&shop, add, cap)) {
            Ok(receipt) => Ok(receipt.counters[&counter]),
            Err(CommitError::Refused(refusal)) => Err(refusal),
            Err(CommitError::Store(error)) => panic!("{error}"),
        };
        assert_eq!(result, outcome, "{add:+} up to {cap:?}");
    }
}

/// Two additions to one counter in one commit add up and are checked together.
pub fn a_counter_added_to_twice_in_a_commit_adds_up(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let twice = |cap| {
        let mut changes = counting(&shop, 1, Some(cap));
        changes.absorb(counting(&shop, 1, Some(cap)));
        changes
    };
    assert!(matches!(refused(store, twice(1)), Refusal::Full { .. }));
    assert_eq!(counted(store, &shop), 0);
    committed(store, twice(2));
    assert_eq!(counted(store, &shop), 2);
}

/// Each tenant has its own counter.
pub fn counters_of_two_tenants_are_apart(store: &Nodes<'_>) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    committed(store, counting(&one, 1, Some(1)));
    assert_eq!(counted(store, &two), 0);
    committed(store, counting(&two, 1, Some(1)));
    assert_eq!((counted(store, &one), counted(store, &two)), (1, 1));
}
