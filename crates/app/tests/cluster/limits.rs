//! A rate is one rate however many servers count it, and counting holds nobody up.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cluster::{Cluster, now, together};
use crate::database::Database;
use crate::harness::seller::{ApiKey, signed, signed_to};
use crate::harness::{Answer, Seller, Stage, eventually};

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
