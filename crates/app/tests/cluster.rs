//! Servers that share one PostgreSQL act as one: what one has done the others know.

#[path = "cluster/cluster.rs"]
mod cluster;
#[path = "cluster/database.rs"]
#[expect(dead_code, reason = "crash tests run on SQLite too")]
mod database;
#[path = "http/harness/mod.rs"]
#[expect(dead_code, reason = "the tests over HTTP use all of it")]
mod harness;
#[path = "cluster/node.rs"]
mod node;

use cluster::{Cluster, now, together};
use database::Database;
use harness::seller::{ApiKey, session_of, signed, signed_by_lines, signed_to};
use harness::stage::SANDBOX_SECRET;
use harness::stripe::{Pay, news};
use harness::{Answer, Manner, Request, Seller, Stage, eventually};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

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
fn a_tenant_has_twenty_checkouts_a_minute_however_many_servers_it_asks() {
    let cluster = Cluster::of_two();
    // The window follows the clock's minutes: a turn amid the test would let in what fades.
    let into_minute = u64::try_from(now().rem_euclid(60)).expect("not negative");
    if into_minute > 45 {
        thread::sleep(Duration::from_secs(60 - into_minute));
    }
    let answers = together(40, |i| cluster.checkout(i % 2));
    let (opened, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((opened.len(), refused.len()), (20, 20));
    for answer in refused {
        assert_eq!(answer.error(), (429, "common/rate-limited".to_owned()));
    }
}

/// A signed call to validate a key on a device; each device's is a call of its own.
fn validate(api_key: &ApiKey, key: &str, device: &str) -> Request {
    let body = json!({ "key": key, "fingerprint": device }).to_string();
    signed(api_key, &now().to_string(), &body)
}

#[test]
fn a_signed_call_that_one_server_has_answered_is_a_replay_on_another() {
    let cluster = Cluster::of_two();
    let (_, key) = cluster.sell();
    let api_key = cluster.api_key();
    for (first, second, device) in [(0, 1, "laptop"), (1, 0, "desktop")] {
        let call = validate(&api_key, &key, device);
        let [first, second] =
            [first, second].map(|node: usize| cluster.nodes[node].api.send(&call));
        assert_eq!(first.expect(200)["valid"], true);
        assert_eq!(second.error(), (401, "api/timestamp-replay".to_owned()));
    }
}

/// A key that signs by version 2.
fn by_lines(cluster: &Cluster) -> ApiKey {
    let wish = json!({
        "productId": "pro", "scope": "FULL", "mode": "sandbox", "signatureVersion": 2,
    });
    cluster.api_key_of(&wish)
}

#[test]
fn a_call_of_version_2_is_good_once_on_all_servers_and_for_its_own_route_alone() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = by_lines(&cluster);
    let body = json!({ "key": key, "fingerprint": "laptop" }).to_string();
    let call = |target: &str, nonce: &str| {
        let of = (now().to_string(), format!("{nonce}-of-this-test"));
        signed_by_lines(target, &api_key, (&of.0, &of.1), &body)
    };
    let send = |node: usize, call: &Request| cluster.nodes[node].api.send(call);
    let replay = (401, "api/timestamp-replay".to_owned());
    let mismatch = (401, "api/signature-invalid".to_owned());
    for (target, first, second) in [("/v1/validate", 0, 1), ("/v1/activate", 1, 0)] {
        let [one, other] = ["one", "other"].map(|nonce| call(target, &target.replace('/', nonce)));
        send(first, &one).expect(200);
        send(second, &other).expect(200);
        for (node, call) in [
            (first, &one),
            (second, &one),
            (first, &other),
            (second, &other),
        ] {
            assert_eq!(send(node, call).error(), replay, "{target}");
        }
        thread::sleep(Duration::from_secs(1));
        assert_eq!(send(second, &one).error(), replay, "a second later");
    }
    for (of, on) in [
        ("/v1/heartbeat", "/v1/deactivate"),
        ("/v1/validate", "/v1/activate"),
    ] {
        let captured = call(of, &of.replace('/', "captured"));
        let elsewhere = captured.clone().to(on);
        assert_eq!(send(1, &elsewhere).error(), mismatch, "{of} on {on}");
        send(0, &captured).expect(200);
    }
    let path = format!("/v1/licenses/{license}/activations");
    let devices = cluster.items(1, &path);
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0]["active"], true);
}

#[test]
fn of_one_nonce_sent_to_two_servers_at_once_one_is_answered() {
    let cluster = Cluster::of_two();
    let (_, key) = cluster.sell();
    let api_key = by_lines(&cluster);
    let body = json!({ "key": key }).to_string();
    let at = now().to_string();
    let once = signed_by_lines("/v1/validate", &api_key, (&at, "nonce-of-this-test"), &body);
    let answers = together(32, |i| cluster.nodes[i % 2].api.send(&once));
    let (answered, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(answered.len(), 1);
    for answer in refused {
        assert_eq!(answer.error(), (401, "api/timestamp-replay".to_owned()));
    }
}

#[test]
fn an_issue_call_signed_anew_is_answered_by_another_server_with_the_same_license() {
    let cluster = Cluster::of_two();
    let api_key = by_lines(&cluster);
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}}).to_string();
    let at = now().to_string();
    let send = |node: usize, nonce: &str| {
        let call = signed_by_lines("/v1/issue", &api_key, (&at, nonce), &body);
        let call = call.header("Idempotency-Key", "order-1");
        cluster.nodes[node].api.send(&call)
    };
    let first = send(0, "nonce-of-the-first").expect(200);
    let again = send(1, "nonce-of-the-other");
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.expect(200), first);
    assert_eq!(cluster.items(1, "/v1/licenses").len(), 1);
}

#[test]
fn of_32_devices_with_a_publishable_key_one_gets_the_last_slot_of_two_servers() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let wish = json!({"productId": "pro", "scope": "PUBLISHABLE", "mode": "sandbox"});
    let made = cluster.manage(0, Request::post("/v1/api-keys").json(&wish));
    let made = made.expect(201);
    let publishable = made["id"].as_str().expect("an id");
    let activate = |node: usize, device: usize| {
        let body = json!({"key": key, "fingerprint": format!("device-{device}")});
        let call = Request::post("/v1/activate").bearer(publishable);
        cluster.nodes[node].api.send(&call.json(&body)).expect(200)
    };
    for device in [100, 101] {
        assert_eq!(activate(0, device)["valid"], true);
    }
    let answers = together(32, |device| activate(device % 2, device));
    let won = answers.iter().filter(|it| it["valid"] == true);
    assert_eq!(won.count(), 1);
    let path = format!("/v1/licenses/{license}/activations");
    assert_eq!(cluster.items(0, &path).len(), 3);
}

#[test]
fn of_one_call_sent_to_two_servers_at_once_one_mints_and_a_signature_is_used_up_on_both() {
    let cluster = Cluster::of_two();
    let api_key = cluster.api_key();
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}}).to_string();
    let at = now() * 1_000;
    let call = |nth: i64| signed_to("/v1/issue", &api_key, &(at + nth).to_string(), &body);
    let answers = together(16, |i| {
        let nth = i64::try_from(i).expect("small");
        let call = call(nth).header("Idempotency-Key", "order-1");
        cluster.nodes[i % 2].api.send(&call).expect(200)
    });
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    let once = call(-1);
    let answers = together(16, |i| cluster.nodes[i % 2].api.send(&once));
    let (minted, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(minted.len(), 1);
    for answer in refused {
        assert_eq!(answer.error(), (401, "api/timestamp-replay".to_owned()));
    }
    assert_eq!(cluster.items(0, "/v1/licenses").len(), 2);
}

#[test]
fn of_64_devices_that_ask_two_servers_at_once_one_gets_the_last_slot() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let at = now() * 1_000;
    let activate = |node: usize, device: usize| {
        let body = json!({"key": key, "fingerprint": format!("device-{device}")}).to_string();
        let call = signed_to("/v1/activate", &api_key, &at.to_string(), &body);
        cluster.nodes[node].api.send(&call).expect(200)
    };
    // The key type allows three.
    for device in [100, 101] {
        assert_eq!(activate(0, device)["valid"], true);
    }
    let answers = together(64, |device| activate(device % 2, device));
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it["valid"] == true);
    let full = json!({"used": 3, "max": 3});
    assert_eq!((won.len(), lost.len()), (1, 63));
    assert_eq!(won[0]["activations"], full);
    for answer in lost {
        assert_eq!(
            answer,
            json!({"valid": false, "reason": "limit_reached", "activations": full})
        );
    }
    let path = format!("/v1/licenses/{license}/activations");
    let devices = [0, 1].map(|node| cluster.items(node, &path));
    assert_eq!(devices[0].len(), 3);
    assert_eq!(devices[0], devices[1]);
}

#[test]
fn what_one_server_revokes_the_next_validate_on_another_refuses() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let ask = |node: usize, device: &str| {
        let call = validate(&api_key, &key, device);
        cluster.nodes[node].api.send(&call).expect(200)
    };
    // Both have seen it valid, so whatever they keep of it they keep now.
    assert_eq!(ask(0, "laptop")["valid"], true);
    assert_eq!(ask(1, "desktop")["valid"], true);
    let revoke = Request::post(format!("/v1/licenses/{license}/revoke"));
    assert_eq!(cluster.manage(0, revoke).status, 200);
    let answer = ask(1, "phone");
    assert_eq!(
        (&answer["valid"], &answer["status"]),
        (&json!(false), &json!("REVOKED"))
    );
}

#[test]
fn what_one_server_freezes_or_thaws_the_next_validate_on_another_knows() {
    let cluster = Cluster::of_two();
    let (license, key) = cluster.sell();
    let api_key = cluster.api_key();
    let devices = std::cell::Cell::new(0);
    // Each question is a call of its own.
    let ask = |node: usize| {
        let device = devices.replace(devices.get() + 1);
        let call = validate(&api_key, &key, &format!("device-{device}"));
        let answer = cluster.nodes[node].api.send(&call).expect(200);
        (answer["valid"].clone(), answer["reason"].clone())
    };
    let command = |node: usize, command: &str| {
        let call = Request::post(format!("/v1/licenses/{license}/{command}"));
        cluster.manage(node, call)
    };
    let (good, frozen) = ((json!(true), Value::Null), (json!(false), json!("frozen")));
    // Both have seen it valid, so whatever they keep of it they keep now.
    assert_eq!([ask(0), ask(1)], [good.clone(), good.clone()]);
    assert_eq!(command(0, "freeze").status, 200);
    assert_eq!([ask(0), ask(1)], [frozen.clone(), frozen]);
    let again = command(1, "freeze").error();
    assert_eq!(again, (409, "license/already-frozen".to_owned()));
    assert_eq!(command(1, "thaw").status, 200);
    assert_eq!([ask(0), ask(1)], [good.clone(), good]);
}

#[test]
fn a_key_that_one_server_revokes_is_refused_there_at_once_and_on_another_within_five_seconds() {
    let cluster = Cluster::of_two();
    let api_key = cluster.api_key();
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let at = now() * 1_000;
    let call = |node: usize, nth: i64| {
        let call = signed(&api_key, &(at + nth).to_string(), &body);
        cluster.nodes[node].api.send(&call)
    };
    // Both have seen it good, so whatever they keep of it they keep now.
    assert_eq!((call(0, 0).status, call(1, 1).status), (200, 200));
    let revoke = Request::post(format!("/v1/api-keys/{}/revoke", api_key.id));
    assert_eq!(cluster.manage(0, revoke).status, 200);
    let revoked = Instant::now();
    let refused = (401, "api/key-invalid".to_owned());
    assert_eq!(call(0, 2).error(), refused);
    let mut nth = 3;
    while call(1, nth).status == 200 {
        assert!(revoked.elapsed() < Duration::from_secs(6));
        thread::sleep(Duration::from_millis(100));
        nth += 1;
    }
    assert_eq!(call(1, nth + 1).error(), refused);
}

#[test]
fn an_api_key_has_one_rate_however_many_servers_it_asks() {
    let cluster = Cluster::of_two_with(&[("MINTAGE_RATES", "key=40,failures=40,token=1000000")]);
    let api_key = cluster.api_key();
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let forged = ApiKey {
        secret: "aks_forged".to_owned(),
        ..api_key.clone()
    };
    // The window follows the clock's minutes: a turn amid the test would let in what fades.
    let into_minute = u64::try_from(now().rem_euclid(60)).expect("not negative");
    if into_minute > 40 {
        thread::sleep(Duration::from_secs(60 - into_minute));
    }
    let at = now() * 1_000;
    // Each server may let its first call in on credit.
    let at_most = 40 + 2;
    for (with, status) in [(&api_key, 200), (&forged, 401)] {
        let answers = together(120, |i| {
            let nth = i64::try_from(i).expect("small");
            let call = signed(with, &(at + nth).to_string(), &body);
            cluster.nodes[i % 2].api.send(&call)
        });
        let (admitted, refused): (Vec<Answer>, Vec<Answer>) = answers
            .into_iter()
            .partition(|answer| answer.status == status);
        let admitted = admitted.len();
        assert!((40..=at_most).contains(&admitted), "{admitted}: {status}");
        for answer in refused {
            assert_eq!(answer.error(), (429, "common/rate-limited".to_owned()));
        }
    }
}

#[test]
fn a_limit_that_cannot_be_counted_refuses_nobody() {
    let database = Database::postgres();
    let mut given = database.settings().to_vec();
    given.push(("MINTAGE_RATES", "key=20,token=20".to_owned()));
    let given: Vec<_> = given
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let stage = Stage::silent(&given);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let at = seller.now() * 1_000;
    let validate = |nth: i64| {
        stage
            .api
            .send(&signed(&api_key, &(at + nth).to_string(), &body))
    };
    let Database::Postgres(postgres) = &database else {
        unreachable!("it was asked for");
    };
    let run = |sql: &str| postgres.run(sql).expect("a table");
    run("alter table rate_windows rename to elsewhere");
    (0..30).for_each(|nth| drop(validate(nth).expect(200)));
    (0..30).for_each(|_| drop(seller.items("/v1/licenses")));
    run("alter table elsewhere rename to rate_windows");
    // What was let in meanwhile is not counted; what follows is.
    let counted = (30..60).filter(|nth| validate(*nth).status == 200).count();
    assert_eq!(counted, 20);
}

#[test]
fn a_validation_waits_for_no_write_but_that_of_its_signature() {
    let database = Database::postgres();
    let settings = database.settings();
    let given = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let stage = Stage::silent(&given);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", None);
    let [busy, fresh] = [(); 2].map(|()| seller.api_key("pro", "FULL", "sandbox"));
    let at = seller.now() * 1_000;
    let wish = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}});
    let issue = signed_to("/v1/issue", &busy, &at.to_string(), wish.to_string());
    let key = stage.api.send(&issue).expect(200)["key"].clone();
    let body = json!({"key": key, "fingerprint": "mac-1"}).to_string();
    let validate = |with: &ApiKey, nth: i64| {
        let call = signed(with, &(at + nth).to_string(), &body);
        let answer = stage.api.send(&call);
        assert_eq!(answer.expect(200)["valid"], true);
    };
    // So that a share of the key's rate and of the tenant's is held.
    (1..=3).for_each(|nth| validate(&busy, nth));
    let Database::Postgres(postgres) = &database else {
        unreachable!("it was asked for");
    };
    let held = "select count(*) from pg_locks where mode = 'ExclusiveLock' and granted \
                and relation is not null and database is not null";
    thread::scope(|scope| {
        // Reads go on; who writes to any table but that of signatures waits.
        let locked = scope.spawn(|| {
            postgres.run(
                "do $$ begin execute (select 'lock table ' || string_agg(tablename, ', ') \
                 || ' in exclusive mode' from pg_tables \
                 where schemaname = 'public' and tablename <> 'nonces'); end $$; \
                 select pg_sleep(5)",
            )
        });
        eventually("the locks", || {
            let count: u32 = postgres.run(held).ok()?.trim().parse().ok()?;
            (count > 20).then_some(())
        });
        let started = Instant::now();
        (4..=40).for_each(|nth| validate(&busy, nth));
        validate(&fresh, 41);
        assert!(started.elapsed() < Duration::from_secs(4));
        assert!(!locked.is_finished(), "it was locked all the while");
        locked.join().expect("a thread").expect("the locks");
    });
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
