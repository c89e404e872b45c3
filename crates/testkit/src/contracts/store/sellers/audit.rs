//! The audit trail of tenants.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::id::TokenId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::{Actor, AuditEntry, Origin, ServiceName};
use mintage_domain::ports::AuditFilter;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{NAMES, comes_back};
use crate::fixtures::Shop;

/// Audit entries of every kind of actor read back unchanged.
pub fn an_audit_entry_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let token = shop.management_token();
    let service = ServiceName::parse("shop/eu-1").expect("it is short and visible");
    let actors = [
        Actor::Operator,
        Actor::Token(token.id.clone()),
        Actor::Service(service),
        Actor::Seller,
        Actor::Stripe,
        Actor::System,
    ];
    let entries = actors.map(|actor| AuditEntry {
        actor,
        target: NAMES[2].to_owned(),
        ..shop.audit_entry()
    });
    let by_requests = ["203.0.113.9", "2001:db8::9"].map(|address| AuditEntry {
        origin: Some(Origin {
            address: address.parse().expect("an address"),
            request_id: "req_1".to_owned(),
        }),
        ..shop.audit_entry()
    });
    comes_back(store, &shop, |it| {
        it.audit = entries.into_iter().chain(by_requests).collect();
    });
}

/// The audit trail of a tenant is listed in pages.
pub fn the_audit_trail_is_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let entries = at_moments(
        store,
        &shop,
        |_| shop.audit_entry(),
        |it, entry| it.audit.push(entry.clone()),
    );
    assert_paged(
        &|page| store.audit(&shop.tenant.id, &AuditFilter::default(), page),
        &|it| (it.at, it.id.clone()),
        entries
            .iter()
            .map(|it| (it.at, it.id.to_string()))
            .collect(),
    );
}

/// Four entries, a second apart: two of a token, one of an operator, one of Stripe.
fn entries_by_three_actors(shop: &Shop) -> Vec<AuditEntry> {
    let token = Actor::Token(TokenId::parse("tok_1").expect("it has the prefix"));
    (0..)
        .zip([
            (&token, "license.frozen", "lic_1"),
            (&token, "license.frozen", "lic_2"),
            (&Actor::Operator, "license.thawed", "lic_1"),
            (&Actor::Stripe, "license.minted", "lic_3"),
        ])
        .map(|(seconds, (actor, action, target))| AuditEntry {
            at: shop.now().plus(Duration::from_secs(seconds)),
            actor: actor.clone(),
            action: action.into(),
            target: target.to_owned(),
            ..shop.audit_entry()
        })
        .collect()
}

/// Each filter alone, and all together, keep exactly the matching entries of the tenant: texts
/// match exactly, times from the first (inclusive) to the second (exclusive).
pub fn the_audit_trail_is_filtered(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let start = shop.now();
    let at = |seconds| start.plus(Duration::from_secs(seconds));
    let entries = entries_by_three_actors(&shop);
    let theirs = AuditEntry {
        at: at(1),
        actor: entries[0].actor.clone(),
        action: "license.frozen".into(),
        target: "lic_1".to_owned(),
        ..other.audit_entry()
    };
    committed(store, changing(&shop, |it| it.audit.clone_from(&entries)));
    committed(store, changing(&other, |it| it.audit.push(theirs)));
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let just_before = |it: Timestamp| Timestamp::from_micros(it.as_micros() - 1);
    for (action, target, actor, from, to, expected) in [
        ("", "", "", None, None, vec![0, 1, 2, 3]),
        ("license.frozen", "", "", None, None, vec![0, 1]),
        ("license.%", "", "", None, None, vec![]),
        ("License.Frozen", "", "", None, None, vec![]),
        ("", "lic_1", "", None, None, vec![0, 2]),
        ("", "lic_", "", None, None, vec![]),
        ("license.thawed", "lic_1", "", None, None, vec![2]),
        ("", "", "token:tok_1", None, None, vec![0, 1]),
        ("", "lic_1", "operator", None, None, vec![2]),
        ("", "", "nobody", None, None, vec![]),
        ("", "", "", Some(at(1)), None, vec![1, 2, 3]),
        ("", "", "", None, Some(at(2)), vec![0, 1]),
        ("", "", "", Some(at(1)), Some(at(3)), vec![1, 2]),
        ("", "", "", Some(at(3)), Some(at(3)), vec![]),
        (
            "",
            "lic_1",
            "",
            Some(just_before(at(0))),
            Some(at(2)),
            vec![0],
        ),
    ] {
        let filter = AuditFilter {
            action: text(action),
            target: text(target),
            actor: text(actor),
            from,
            to,
        };
        // Pages of one item prove that the store filters before it cuts the page.
        let (read, _) = read_all(1, &|page| store.audit(&shop.tenant.id, &filter, page));
        let read: BTreeSet<_> = read.into_iter().map(|it| it.id).collect();
        let id = |i: usize| entries[i].id.to_string();
        let expected: BTreeSet<_> = expected.into_iter().map(id).collect();
        assert_eq!(read, expected, "{filter:?}");
    }
}

/// A filtered audit trail is listed in pages.
pub fn a_filtered_audit_trail_is_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let about = |target: &str| AuditEntry {
        target: target.to_owned(),
        ..shop.audit_entry()
    };
    let entries = at_moments(
        store,
        &shop,
        |_| about("lic_1"),
        |it, entry| it.audit.extend([entry.clone(), about("lic_2")]),
    );
    let filter = AuditFilter {
        action: Some("product.created".to_owned()),
        target: Some("lic_1".to_owned()),
        ..AuditFilter::default()
    };
    assert_paged(
        &|page| store.audit(&shop.tenant.id, &filter, page),
        &|it| (it.at, it.id.clone()),
        entries
            .iter()
            .map(|it| (it.at, it.id.to_string()))
            .collect(),
    );
}

/// A page has 25 items by default and at most 100.
pub fn a_page_has_at_most_a_hundred_items(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    committed(
        store,
        changing(&shop, |it| {
            it.audit = (0..120).map(|_| shop.audit_entry()).collect();
        }),
    );
    for (limit, size) in [
        (None, 25),
        (Some(0), 1),
        (Some(100), 100),
        (Some(u16::MAX), 100),
    ] {
        let page = store.audit(
            &shop.tenant.id,
            &AuditFilter::default(),
            &PageRequest { after: None, limit },
        );
        let page = page.expect("the store answers");
        assert_eq!(page.items.len(), size, "{limit:?}");
        assert!(page.next.is_some(), "there is more");
    }
}
