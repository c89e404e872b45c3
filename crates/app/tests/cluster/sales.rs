//! A sale that several servers hear of is one sale.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use crate::cluster::{Cluster, now, together};
use crate::harness::seller::session_of;
use crate::harness::stage::SANDBOX_SECRET;
use crate::harness::stripe::{Pay, news};
use crate::harness::{Manner, eventually};

#[test]
fn of_200_copies_of_an_event_sent_to_two_servers_at_once_one_mints_and_one_delivery_is_sent() {
    let cluster = Cluster::of_two();
    let session = cluster.buy();
    let event = cluster
        .stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let copy = news(&event, SANDBOX_SECRET, now());
    let answers = together(200, |i| cluster.nodes[i % 2].api.send(&copy));

    let mut outcomes = BTreeMap::new();
    for answer in answers {
        let outcome = answer.expect(200)["outcome"].to_string();
        *outcomes.entry(outcome).or_insert(0) += 1;
    }
    let expected = [
        ("\"applied\"".to_owned(), 1),
        ("\"duplicate\"".to_owned(), 199),
    ];
    assert_eq!(outcomes, BTreeMap::from(expected));
    let [one, other] = [0, 1].map(|node| cluster.items(node, "/v1/licenses?limit=100"));
    assert_eq!(one.len(), 1, "{one:?}");
    assert_eq!(one, other);
    eventually("the delivery", || {
        let deliveries = cluster.items(0, "/v1/webhook/deliveries");
        assert_eq!(deliveries.len(), 1, "{deliveries:?}");
        (deliveries[0]["status"] == "delivered").then_some(())
    });
    let received = cluster.receiver.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(received[0].json()["event"], "license.created");
    assert_eq!(received[0].json()["session_id"], session);
}

#[test]
fn what_a_killed_server_was_about_to_deliver_another_delivers_once_the_lease_is_over() {
    let mut cluster = Cluster::of_one_and_this();
    cluster.receiver.answer(Manner::Hang);
    let url = cluster.checkout(0).expect(200)["url"].clone();
    let url = url.as_str().expect("a URL");
    cluster
        .stage
        .stripe
        .pay(url, "buyer@example.com", Pay::Card);
    let session = session_of(url);
    let event = cluster
        .stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    // Given to the process that will die, whose own loop is rung and claims it.
    let copy = news(&event, SANDBOX_SECRET, now());
    assert_eq!(
        cluster.nodes[0].api.send(&copy).expect(200)["outcome"],
        "applied"
    );
    let first = eventually("the first attempt", || cluster.receiver.received().pop());
    cluster.nodes.clear();

    // The server in this process looks for work all the time, and leaves it alone meanwhile.
    let (stage, seller) = (&cluster.stage, &cluster.seller);
    cluster.receiver.answer(Manner::Status(200));
    let behind = u64::try_from(now() - seller.now()).expect("it stands still");
    stage.advance(Duration::from_secs(behind + 45));
    thread::sleep(Duration::from_secs(2));
    assert_eq!(cluster.receiver.received().len(), 1);
    stage.advance(Duration::from_secs(20));
    eventually("the delivery", || {
        let deliveries = seller.items("/v1/webhook/deliveries");
        assert_eq!(deliveries.len(), 1, "{deliveries:?}");
        (deliveries[0]["status"] == "delivered").then_some(())
    });
    let received = cluster.receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[1].body, first.body);
    assert_eq!(received[1].header("webhook-id"), first.header("webhook-id"));
}
