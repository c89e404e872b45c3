//! Events received from Stripe.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent, WaitingEvent};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments, read_all};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// Events with every outcome, with and without an account, on every kind of endpoint, read back
/// unchanged.
pub fn a_processed_event_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let waiting = WaitingEvent {
        tenant: Some(shop.tenant.id.clone()),
        reason: "no such \"key type\" — gone".to_owned(),
        payload: (0..=255).collect(),
        attempts: u32::MAX,
    };
    let parked = EventOutcome::Parked {
        waiting: waiting.clone(),
        retry_at: INSTANTS[2],
    };
    let of_nobody = EventOutcome::GivenUp(WaitingEvent {
        tenant: None,
        ..waiting.clone()
    });
    let first = shop.processed_event();
    let rows = [
        (parked, first.account.clone()),
        (EventOutcome::GivenUp(waiting), None),
        (of_nobody, first.account.clone()),
        (EventOutcome::Ignored("ünknown".to_owned()), None),
        (EventOutcome::Applied, first.account.clone()),
    ]
    .map(|(outcome, account)| ProcessedEvent {
        outcome,
        account,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.events, rows);
    let (endpoint, id) = (first.endpoint.clone(), first.id.clone());
    let here = store.processed_event(&endpoint, &id);
    let tenant = || shop.tenant.id.clone();
    let elsewhere = [
        EventEndpoint::Connect(Mode::Sandbox),
        EventEndpoint::Manual(tenant(), Mode::Live),
        EventEndpoint::Manual(tenant(), Mode::Sandbox),
        EventEndpoint::RestrictedKey(tenant(), Mode::Live),
    ];
    for endpoint in &elsewhere {
        assert_eq!(store.processed_event(endpoint, &id), Ok(None));
    }
    let elsewhere = elsewhere.map(|endpoint| ProcessedEvent {
        endpoint,
        kind: "account.updated".to_owned(),
        ..first.clone()
    });
    each_comes_back(store, &shop, |it| &mut it.events, elsewhere);
    assert_eq!(
        store.processed_event(&endpoint, &id),
        here,
        "the other endpoint's event"
    );
}

/// An outcome that is retried at this time.
fn parked_until(retry_at: Timestamp, tenant: Option<&TenantId>) -> EventOutcome {
    EventOutcome::Parked {
        waiting: waiting(tenant),
        retry_at,
    }
}

fn waiting(tenant: Option<&TenantId>) -> WaitingEvent {
    WaitingEvent {
        tenant: tenant.cloned(),
        reason: "no such key type".to_owned(),
        payload: b"{}".to_vec(),
        attempts: 1,
    }
}

/// Parked events are due at their time, the longest due first, at most `n`. Settled events and those
/// that were given up are never due.
pub fn parked_events_come_due_in_the_order_of_their_retries(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let after = |seconds| start.plus(Duration::from_secs(seconds));
    let parked = |received: u64, retry: u64| ProcessedEvent {
        received_at: after(received),
        outcome: parked_until(after(retry), None),
        ..shop.processed_event()
    };
    let events = [parked(2, 11), parked(1, 20), parked(3, 10), parked(0, 30)]
        .map(|event| Write::changed(event).value);
    let settled = shop.processed_event();
    let given_up = ProcessedEvent {
        outcome: EventOutcome::GivenUp(waiting(None)),
        ..shop.processed_event()
    };
    committed(
        store,
        changing(&shop, |it| {
            it.events.push(Write::changed(settled));
            it.events.push(Write::changed(given_up));
            for event in &events {
                let mut event = event.clone();
                event.version = 0;
                it.events.push(Write::changed(event));
            }
        }),
    );
    for (now, n, expected) in [
        (9, 10, vec![]),
        (10, 10, vec![2]),
        (11, 10, vec![2, 0]),
        (11, 1, vec![2]),
        (20, 10, vec![2, 0, 1]),
        (30, 3, vec![2, 0, 1]),
        (30, 10, vec![2, 0, 1, 3]),
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
    let due = store.parked_due(after(11), 10).expect("the store answers");
    assert_eq!(due, [events[2].clone()]);
}

/// Events of an unknown tenant are listed for the tenant that has their account in their mode. When the
/// account moves to another tenant, they move too.
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
    let parked = |mode, account| ProcessedEvent {
        endpoint: EventEndpoint::Connect(mode),
        account,
        outcome: parked_until(one.now(), None),
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

/// Events of a known tenant stay with the tenant that sold when their account moves to another one, and
/// they are listed whether they are retried or given up.
pub fn parked_events_belong_to_the_tenant_that_sold(store: &Nodes<'_>) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    let link = AccountLink {
        tenant: two.tenant.id.clone(),
        ..one.account_link()
    };
    let seller = Some(&one.tenant.id);
    let with = |outcome, account: bool| {
        let event = one.processed_event();
        ProcessedEvent {
            account: event.account.clone().filter(|_| account),
            outcome,
            ..event
        }
    };
    let events = [
        with(parked_until(one.now(), seller), true),
        with(EventOutcome::GivenUp(waiting(seller)), true),
        with(EventOutcome::GivenUp(waiting(seller)), false),
    ];
    committed(
        store,
        changing(&one, |it| {
            it.accounts.push(Write::changed(link));
            it.events = events.iter().cloned().map(Write::changed).collect();
        }),
    );
    let listed = |shop: &Shop| {
        let page = store.parked(&shop.tenant.id, &PageRequest::default());
        page.expect("the store answers").items.len()
    };
    assert_eq!((listed(&one), listed(&two)), (3, 0));
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
            outcome: parked_until(shop.now(), None),
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

/// An event that both endpoints received and neither could process is listed twice, also across pages.
pub fn a_parked_event_of_both_endpoints_is_listed_twice(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let live = ProcessedEvent {
        outcome: parked_until(shop.now(), Some(&shop.tenant.id)),
        ..shop.processed_event()
    };
    let sandbox = ProcessedEvent {
        endpoint: EventEndpoint::Connect(Mode::Sandbox),
        ..live.clone()
    };
    committed(
        store,
        changing(&shop, |it| {
            it.events = [live, sandbox].map(Write::changed).into();
        }),
    );
    let list = |page: &PageRequest| store.parked(&shop.tenant.id, page);
    let (events, _) = read_all(1, &list);
    let mut endpoints: Vec<_> = events.iter().map(|it| it.endpoint.clone()).collect();
    endpoints.sort();
    assert_eq!(
        endpoints,
        [
            EventEndpoint::Connect(Mode::Sandbox),
            EventEndpoint::Connect(Mode::Live)
        ]
    );
}
