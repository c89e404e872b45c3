//! What a seller commands of a license: freeze, thaw, extend; over HTTP and beside the server.

use std::cell::Cell;
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Receiver, Request, Seller, Stage, eventually};

const DAY: Duration = Duration::from_hours(24);

/// A seller with a license that ends in thirty days, and an app that asks about it.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    id: String,
    key: String,
    api_key: ApiKey,
    asked: Cell<u64>,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let mut seller = Seller::new(stage, "acme");
        seller.product("pro", "classic");
        let month = json!({
            "keyTypeId": "month", "displayName": "Month", "duration": "30d",
            "priceInCents": 900, "priceCurrency": "usd",
        });
        seller.key_type_of("pro", &month);
        seller.connect("sandbox");
        seller.set_up_prices();
        let session = seller.sell("month", "buyer@example.com", Pay::Card);
        let license = seller.await_license_of(&session);
        Self {
            stage,
            id: license["id"].as_str().expect("an id").to_owned(),
            key: seller.reveal(&license),
            api_key: seller.api_key("pro", "VALIDATE_ONLY", "sandbox"),
            seller,
            asked: Cell::new(0),
        }
    }

    fn command(&self, command: &str) -> Answer {
        let path = format!("/v1/licenses/{}/{command}", self.id);
        self.seller.manage(Request::post(path))
    }

    fn extend(&self, duration: &Value) -> Answer {
        let path = format!("/v1/licenses/{}/extend", self.id);
        self.seller.post(&path, &json!({ "duration": duration }))
    }

    fn read(&self) -> Value {
        self.seller.get(&format!("/v1/licenses/{}", self.id))
    }

    /// What the app is told now.
    fn validate(&self) -> (Value, Value, Value) {
        // A moment later, so that no two questions are one.
        self.asked.set(self.asked.get() + 1);
        self.stage.advance(Duration::from_secs(1));
        let answer = self.seller.validate(&self.api_key, &self.key);
        let field = |name: &str| answer[name].clone();
        (field("valid"), field("status"), field("reason"))
    }

    fn end(&self) -> Timestamp {
        let license = self.read();
        let end = license["expiresAt"].as_str().expect("an end");
        Timestamp::parse_rfc3339(end).expect("a time")
    }

    fn actions(&self) -> Vec<String> {
        let entries = self.stage.audit("acme", &self.id).into_iter();
        entries.map(|(action, _)| action).collect()
    }
}

fn good() -> (Value, Value, Value) {
    (json!(true), json!("ACTIVE"), Value::Null)
}

fn conflict(code: &str) -> (u16, String) {
    (409, code.to_owned())
}

#[test]
fn a_frozen_license_is_not_good_from_the_next_call_on_until_it_is_thawed() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let receiver = Receiver::start();
    sold.seller.tell(&receiver);
    assert_eq!(sold.validate(), good());
    let frozen = sold.command("freeze").expect(200);
    let shown = |it: &Value| json!([it["status"], it["reason"], it["holds"]]);
    assert_eq!(shown(&frozen), json!(["FROZEN", "frozen", ["admin"]]));
    assert_eq!(frozen, sold.read());
    let held = (json!(false), json!("FROZEN"), json!("frozen"));
    assert_eq!(sold.validate(), held);
    assert_eq!(sold.seller.items("/v1/licenses?status=FROZEN"), [frozen]);
    let again = sold.command("freeze").error();
    assert_eq!(again, conflict("license/already-frozen"));

    let thawed = sold.command("thaw").expect(200);
    assert_eq!(shown(&thawed), json!(["ACTIVE", null, []]));
    assert_eq!(sold.validate(), good());
    let again = sold.command("thaw").error();
    assert_eq!(again, conflict("license/not-frozen"));

    for (event, status, reason) in [
        ("license.frozen", "FROZEN", json!("frozen")),
        ("license.updated", "ACTIVE", Value::Null),
    ] {
        let told = eventually(event, || {
            let mut all = receiver.received().into_iter();
            all.find(|told| told.json()["event"] == event)
        });
        let told = told.json();
        assert_eq!(
            (&told["status"], &told["reason"]),
            (&json!(status), &reason)
        );
        assert_eq!(told["key"], thawed["displayKey"], "never in the clear");
        assert_eq!(told["expires_at"], thawed["expiresAt"]);
    }
    let mut done = sold.actions();
    done.retain(|it| it != "license.minted" && it != "license.revealed");
    assert_eq!(done, ["license.frozen", "license.thawed"]);
}

#[test]
fn a_license_is_extended_from_its_end_or_from_now_and_good_again() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let end = sold.end();
    let extended = sold.extend(&json!("10d")).expect(200);
    assert_eq!(extended["status"], "ACTIVE");
    assert_eq!(sold.end(), end.plus(10 * DAY));

    stage.advance(100 * DAY);
    let over = (json!(false), json!("EXPIRED"), json!("expired"));
    assert_eq!(sold.validate(), over);
    let now = Timestamp::from_unix_seconds(sold.seller.now()).expect("a time");
    let extended = sold.extend(&json!("10d")).expect(200);
    assert_eq!(
        (&extended["status"], &extended["reason"]),
        (&json!("ACTIVE"), &Value::Null)
    );
    assert_eq!(sold.end().since(now).as_secs(), (10 * DAY).as_secs());
    assert_eq!(sold.validate(), good());

    let extended = sold.extend(&json!("2199-01-01T01:00:00+01:00")).expect(200);
    assert_eq!(extended["expiresAt"], "2199-01-01T00:00:00Z");
    for not_later in ["2199-01-01T00:00:00Z", "2198-12-31", "2001-01-01"] {
        let answer = sold.extend(&json!(not_later));
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), ["duration"], "{not_later}");
    }
    let extended = sold.extend(&json!("lifetime")).expect(200);
    assert_eq!(extended["expiresAt"], Value::Null);
    for duration in ["1d", "lifetime", "2300-01-01"] {
        let answer = sold.extend(&json!(duration)).error();
        assert_eq!(answer, conflict("license/is-lifetime"), "{duration}");
    }
    let extensions = sold.actions();
    let extensions = extensions.iter().filter(|it| *it == "license.extended");
    assert_eq!(extensions.count(), 4);
}

#[test]
fn a_duration_that_cannot_be_is_400_and_changes_nothing() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let before = sold.read();
    for bad in [
        Value::Null,
        json!(""),
        json!("0d"),
        json!("36501d"),
        json!("99999999999999999999d"),
        json!("-1d"),
        json!("30"),
        json!("2027-02-30"),
        json!("10000-01-01"),
        json!("forever"),
        json!(30),
        json!(["30d"]),
        json!("30d\u{0}"),
    ] {
        let answer = sold.extend(&bad);
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{bad}"
        );
        assert_eq!(answer.bad_fields(), ["duration"], "{bad}");
    }
    assert_eq!(sold.read(), before);
    // What ends behind the end of time ends there.
    let last = "9999-12-31T23:59:59.999Z";
    sold.extend(&json!(last)).expect(200);
    let extended = sold.extend(&json!("36500d"));
    assert_eq!(extended.expect(200)["expiresAt"], last);
    assert_eq!(sold.extend(&json!("36500d")).bad_fields(), ["duration"]);
}

#[test]
fn a_revoked_license_takes_no_command() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.command("freeze").expect(200);
    sold.command("revoke").expect(200);
    let before = sold.read();
    assert_eq!(before["reason"], "admin");
    for answer in [
        sold.command("freeze"),
        sold.command("thaw"),
        sold.extend(&json!("30d")),
        sold.extend(&json!("lifetime")),
    ] {
        assert_eq!(answer.error(), conflict("license/already-revoked"));
    }
    assert_eq!(sold.read(), before);
}

#[test]
fn a_command_line_does_to_a_license_what_the_api_does_and_a_running_server_follows() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let run = |words: &str| {
        let words = words.replace("ONE", &format!("--tenant acme --json --id {}", sold.id));
        let arguments: Vec<&str> = words.split(' ').collect();
        stage.command(&arguments)
    };
    let one = |words: &str| {
        let mut lines = run(words).expect(words);
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    };
    assert_eq!(one("license get ONE"), sold.read());
    let frozen = one("license freeze ONE");
    assert_eq!(
        (&frozen["status"], &frozen),
        (&json!("FROZEN"), &sold.read())
    );
    assert_eq!(sold.validate().2, "frozen");
    assert_eq!(one("license thaw ONE"), sold.read());
    let extended = one("license extend ONE --duration lifetime");
    assert_eq!(
        (&extended["expiresAt"], &extended),
        (&Value::Null, &sold.read())
    );
    assert_eq!(sold.validate(), good());

    let body = json!({"key": sold.key, "fingerprint": "laptop"}).to_string();
    let at = (sold.seller.now() * 1_000 + 1).to_string();
    let call = signed_to("/v1/activate", &sold.api_key, &at, &body);
    stage.api.send(&call).expect(200);
    let devices = format!("/v1/licenses/{}/activations", sold.id);
    let listed = run("license activations ONE").expect("it succeeds");
    assert_eq!(listed, sold.seller.items(&devices));
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    let released = one(&format!("license release ONE --activation {id}"));
    assert_eq!(released["active"], false);
    assert_eq!(sold.seller.items(&devices), [released]);

    for (query, words) in [
        ("", ""),
        ("?status=ACTIVE", " --status ACTIVE"),
        ("?status=FROZEN", " --status FROZEN"),
        (
            "?product=pro&email=buyer@example.com",
            " --product pro --email buyer@example.com",
        ),
    ] {
        let listed = run(&format!("license list --tenant acme --json{words}"));
        let expected = sold.seller.items(&format!("/v1/licenses{query}"));
        assert_eq!(listed, Ok(expected), "{words}");
    }
    let revoked = one("license revoke ONE");
    assert_eq!(
        (&revoked["status"], &revoked),
        (&json!("REVOKED"), &sold.read())
    );
    let by_whom: Vec<_> = stage.audit("acme", &sold.id);
    for action in [
        "license.frozen",
        "license.thawed",
        "license.extended",
        "license.revoked",
    ] {
        let done = (action.to_owned(), "operator".to_owned());
        assert!(by_whom.contains(&done), "{by_whom:?}");
    }
    for (words, complaint) in [
        ("license freeze ONE", "revoked already"),
        ("license extend ONE --duration 0d", "--duration"),
        ("license extend ONE", "--duration"),
        ("license thaw --tenant acme --id lic_none", "not found"),
        ("license thaw --tenant other --id lic_none", "not found"),
        ("license get --tenant acme --id x", "--id"),
        ("license list --tenant nobody", "no such tenant"),
        ("license list --tenant acme --status active", "--status"),
        (
            "license activations --tenant acme --id lic_none",
            "not found",
        ),
    ] {
        let said = run(words).expect_err(words);
        assert!(said.contains(complaint), "{words}: {said}");
    }
}
