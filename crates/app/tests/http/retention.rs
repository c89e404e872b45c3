//! What is old goes: by itself, and by `mintage prune`.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent, WaitingEvent};
use mintage_domain::ports::Commit;
use mintage_sqlite::{SqliteConfig, SqliteStore};
use mintage_testkit::fixtures::Shop;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Receiver, Request, Seller, Stage, eventually};

#[test]
fn an_old_event_is_still_listed_but_not_delivered_again() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell(&receiver);
    seller.sell_one();
    let delivered = || {
        let listed = seller.items("/v1/webhook/deliveries");
        let first = listed.into_iter().next()?;
        (first["status"] == "delivered").then_some(first)
    };
    let delivery = eventually("the event to be delivered", delivered);
    let id = delivery["id"].as_str().expect("an id");
    let redeliver = || {
        let path = format!("/v1/webhook/deliveries/{id}/redeliver");
        seller.manage(Request::post(path))
    };
    stage.advance(Duration::from_hours(29 * 24));
    stage.prune();
    redeliver().expect(202);
    eventually("the event to be delivered again", delivered);
    stage.advance(Duration::from_hours(2 * 24));
    stage.prune();
    assert_eq!(redeliver().error(), (409, "webhook/body-erased".into()));
    let listed = delivered().expect("it is listed");
    assert_eq!(listed["id"], delivery["id"]);
    assert_eq!(seller.items("/v1/licenses").len(), 1);
}

/// A database in which some rows are years old, without a server.
struct Old {
    dir: TempDir,
}

impl Old {
    fn new() -> Self {
        let dir = TempDir::new().expect("a directory");
        let path = dir.path().join("mintage.db");
        let store = SqliteStore::open_tool(&path, &SqliteConfig::default()).expect("a store");
        let shop = Shop::new("acme");
        let old = Timestamp::parse_rfc3339("2020-01-01T00:00:00Z").expect("a time");
        shop.env.clock.set(old);
        store.commit(shop.foundation()).expect("a shop");
        let event = |outcome| {
            Write::changed(ProcessedEvent {
                outcome,
                received_at: old,
                ..shop.processed_event()
            })
        };
        let parked = EventOutcome::Parked {
            waiting: WaitingEvent {
                tenant: None,
                reason: "no address".to_owned(),
                payload: b"{}".to_vec(),
                attempts: 1,
            },
            retry_at: old,
        };
        let mut changes = shop.changes();
        changes.events = (0..3).map(|_| event(EventOutcome::Applied)).collect();
        changes.events.push(event(parked));
        changes.orders = [OrderStatus::Abandoned, OrderStatus::Fulfilled]
            .map(|status| {
                Write::changed(Order {
                    status,
                    created_at: old,
                    ..shop.order()
                })
            })
            .into();
        changes.audit.push(shop.audit_entry());
        store.commit(changes).expect("old rows");
        Self { dir }
    }

    fn run(&self, arguments: &[&str], retention: &str) -> Output {
        run(self.dir.path(), arguments, retention)
    }

    /// The rows of each kind that a command prints, of which there are any.
    fn rows(&self, arguments: &[&str], retention: &str) -> Vec<(String, String, u64)> {
        let output = self.run(arguments, retention);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 13, "a line for each kind");
        let text = |line: &Value, name: &str| line[name].as_str().expect("a text").to_owned();
        lines
            .iter()
            .map(|line| {
                let rows = line["rows"].as_u64().expect("a number");
                (text(line, "kind"), text(line, "keep"), rows)
            })
            .filter(|(_, _, rows)| *rows > 0)
            .collect()
    }
}

fn run(directory: &Path, arguments: &[&str], retention: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mintage"))
        .env_clear()
        .env("DATABASE_URL", "sqlite://mintage.db")
        // The key of the fixtures.
        .env("MINTAGE_MASTER_KEY", format!("test:{}", "5a".repeat(32)))
        .env("MINTAGE_RETENTION", retention)
        .current_dir(directory)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("a process")
}

#[test]
fn a_dry_run_counts_what_is_due_and_deletes_nothing() {
    let old = Old::new();
    let row = |kind: &str, keep: &str, rows| (kind.to_owned(), keep.to_owned(), rows);
    let dry = ["prune", "--dry-run", "--json"];
    let due = without_commits(old.rows(&dry, ""));
    let expected = [row("events", "90d", 3), row("orders", "90d", 1)];
    assert_eq!(due, expected);
    assert_eq!(
        due,
        without_commits(old.rows(&dry, "")),
        "nothing is deleted"
    );
    let settings = "events=forever,audit=365d";
    let audited = without_commits(old.rows(&dry, settings));
    assert_eq!(
        audited,
        [row("orders", "90d", 1), row("audit", "365d", 1)],
        "the settings count"
    );
}

/// The ids of the commits that made the shop are dated by its clock.
fn without_commits(rows: Vec<(String, String, u64)>) -> Vec<(String, String, u64)> {
    rows.into_iter()
        .filter(|(kind, ..)| kind != "commits")
        .collect()
}

#[test]
fn prune_deletes_once_what_is_due_and_says_how_much() {
    let old = Old::new();
    let pruned = without_commits(old.rows(&["prune", "--json"], ""));
    let kinds: Vec<_> = pruned
        .iter()
        .map(|(kind, _, rows)| json!([kind, rows]))
        .collect();
    assert_eq!(kinds, [json!(["events", 3]), json!(["orders", 1])]);
    assert_eq!(without_commits(old.rows(&["prune", "--json"], "")), []);
    let table = old.run(&["prune"], "");
    let table = String::from_utf8(table.stdout).expect("text");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["KIND", "KEEP", "ROWS"]);
    assert_eq!(lines[1], ["events", "90d", "0"]);
    assert!(lines.contains(&vec!["audit", "forever", "0"]), "{table}");
}

#[test]
fn ages_that_would_break_a_promise_are_refused_before_anything_is_deleted() {
    let old = Old::new();
    for (retention, told) in [
        (
            "events=1d",
            "MINTAGE_RETENTION: events must be kept for 31d",
        ),
        (
            "nonces=1m",
            "MINTAGE_RETENTION: nonces must be kept for 10m",
        ),
        ("licenses=90d", "MINTAGE_RETENTION: ages are written like"),
    ] {
        let output = old.run(&["prune"], retention);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(told), "{said}");
    }
    let due = without_commits(old.rows(&["prune", "--dry-run", "--json"], ""));
    assert_eq!(due.len(), 2);
}
