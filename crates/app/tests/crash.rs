//! At whatever named point the server is killed, once it is started again every paid order ends in
//! one license, delivered, and nothing is left half done.

#![cfg(feature = "crash-points")]

#[path = "cluster/database.rs"]
mod database;
#[path = "http/harness/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests over HTTP use all of it"
)]
mod harness;
#[path = "crash/key.rs"]
mod key;
#[path = "cluster/node.rs"]
mod node;
#[path = "crash/outcome.rs"]
mod outcome;
#[path = "crash/story.rs"]
mod story;

use std::sync::Mutex;
use std::thread;

use database::Database;
use mintage_runtime::crash::Point;
use story::{Act, Story};

/// Plays the story once for each point of each act on databases of this kind, two at a time.
fn killed_at_every_point(database: fn() -> Database) {
    let cases: Vec<(Act, Point)> = Act::ALL
        .into_iter()
        .flat_map(|act| act.points().map(move |point| (act, point)))
        .collect();
    let waiting = Mutex::new(cases.into_iter());
    let next = || waiting.lock().expect("nobody panics with it").next();
    let worker = || {
        let mut failed = Vec::new();
        while let Some((act, point)) = next() {
            // On a thread of its own, so that one failure does not keep the others from being told.
            let case = thread::spawn(move || Story::play(database(), act, point));
            if case.join().is_err() {
                failed.push(format!("{act:?} {}", point.name()));
            }
        }
        failed
    };
    let failed = thread::scope(|scope| {
        let workers = [scope.spawn(worker), scope.spawn(worker)];
        workers.map(|worker| worker.join().expect("it panics with no case"))
    });
    assert_eq!(failed.concat(), Vec::<String>::new());
}

#[test]
fn on_sqlite_every_paid_order_ends_in_one_delivered_license_wherever_the_server_is_killed() {
    killed_at_every_point(|| Database::Sqlite(tempfile::tempdir().expect("a directory")));
}

#[test]
fn on_postgres_every_paid_order_ends_in_one_delivered_license_wherever_the_server_is_killed() {
    killed_at_every_point(Database::postgres);
}

#[test]
fn each_point_is_met_in_an_act_and_has_a_name_of_its_own() {
    for point in Point::ALL {
        let met = |act: &Act| act.points().any(|met| met == *point);
        assert!(Act::ALL.iter().any(met), "{point:?}");
        let named = Point::ALL
            .iter()
            .filter(|other| other.name() == point.name());
        assert_eq!(named.count(), 1, "{}", point.name());
    }
}
