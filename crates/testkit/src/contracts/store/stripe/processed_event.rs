//! Events received from Stripe.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// Events with every outcome, with and without an account, on both endpoints, read back unchanged.
pub fn a_processed_event_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let parked = EventOutcome::Parked {
        reason: "no such \"key type\" — gone".to_owned(),
        payload: (0..=255).collect(),
        retry_at: INSTANTS[2],
    };
    let first = shop.processed_event();
    let rows = [
        (parked, first.account.clone()),
        (EventOutcome::Ignored("ünknown".to_owned()), None),
        (EventOutcome::Applied, first.account.clone()),
    ]
    .map(|(outcome, account)| ProcessedEvent {
        outcome,
        account,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.events, rows);
    let elsewhere = ProcessedEvent {
        endpoint: Mode::Sandbox,
        kind: "account.updated".to_owned(),
        ..first
    };
    each_comes_back(store, &shop, |it| &mut it.events, [elsewhere]);
}

/// Parked events are due at their time, the oldest first, at most `n`. Settled events are never
/// due.
pub fn parked_events_come_due_oldest_first(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let after = |seconds| start.plus(Duration::from_secs(seconds));
    let parked = |received: u64, retry: u64| ProcessedEvent {
        received_at: after(received),
        outcome: EventOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: after(retry),
        },
        ..shop.processed_event()
    };
    let events = [parked(2, 10), parked(1, 20), parked(3, 10), parked(0, 30)]
        .map(|event| Write::changed(event).value);
    let settled = shop.processed_event();
    committed(
        store,
        changing(&shop, |it| {
            it.events.push(Write::changed(settled));
            for event in &events {
                let mut event = event.clone();
                event.version = 0;
                it.events.push(Write::changed(event));
            }
        }),
    );
    for (now, n, expected) in [
        (9, 10, vec![]),
        (10, 10, vec![0, 2]),
        (10, 1, vec![0]),
        (20, 10, vec![1, 0, 2]),
        (30, 3, vec![3, 1, 0]),
        (30, 10, vec![3, 1, 0, 2]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|i| events[i].clone()).collect();
        assert_eq!(
            store.parked_due(after(now), n),
            Ok(expected),
            "{n} at {now}"
        );
    }
    let applied = ProcessedEvent {
        outcome: EventOutcome::Applied,
        ..events[0].clone()
    };
    committed(
        store,
        changing(&shop, |it| it.events.push(Write::changed(applied))),
    );
    let due = store.parked_due(after(10), 10).expect("the store answers");
    assert_eq!(due, [events[2].clone()]);
}

/// Parked events are listed for the tenant that has their account in their mode. When an account
/// moves to another tenant, its events move too.
pub fn parked_events_belong_to_the_tenant_of_their_account(store: &Nodes<'_>) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    let account = one.account.clone();
    let link = |shop: &Shop, mode| AccountLink {
        account: AccountRef {
            mode,
            account: account.clone(),
        },
        ..shop.account_link()
    };
    let parked = |endpoint, account| ProcessedEvent {
        endpoint,
        account,
        outcome: EventOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: one.now(),
        },
        ..one.processed_event()
    };
    let live = parked(Mode::Live, Some(account.clone()));
    let sandbox = parked(Mode::Sandbox, Some(account.clone()));
    committed(
        store,
        changing(&one, |it| {
            it.accounts.push(Write::changed(link(&one, Mode::Live)));
            it.accounts.push(Write::changed(link(&two, Mode::Sandbox)));
            it.events.push(Write::changed(live.clone()));
            it.events.push(Write::changed(sandbox.clone()));
            it.events.push(Write::changed(parked(Mode::Live, None)));
            it.events.push(Write::changed(one.processed_event()));
        }),
    );
    let listed = |shop: &Shop| -> Vec<_> {
        let page = store.parked(&shop.tenant.id, &PageRequest::default());
        let items = page.expect("the store answers").items;
        items.into_iter().map(|it| it.id).collect()
    };
    assert_eq!(
        (listed(&one), listed(&two)),
        (vec![live.id.clone()], vec![sandbox.id.clone()])
    );
    let mut moved = Write::changed(link(&one, Mode::Live)).value;
    moved.tenant = two.tenant.id.clone();
    committed(
        store,
        changing(&one, |it| it.accounts.push(Write::changed(moved))),
    );
    assert_eq!((listed(&one).len(), listed(&two).len()), (0, 2));
}

/// The parked events of a tenant are listed in pages.
pub fn parked_events_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let link = Write::changed(shop.account_link());
    committed(store, changing(&shop, |it| it.accounts.push(link)));
    let events = at_moments(
        store,
        &shop,
        |_| ProcessedEvent {
            outcome: EventOutcome::Parked {
                reason: "no such key type".to_owned(),
                payload: b"{}".to_vec(),
                retry_at: shop.now(),
            },
            ..shop.processed_event()
        },
        |it, event| it.events.push(Write::changed(event.clone())),
    );
    let place = |it: &ProcessedEvent| (it.received_at, it.id.to_string());
    assert_paged(
        &|page| store.parked(&shop.tenant.id, page),
        &place,
        events.iter().map(place).collect(),
    );
}
