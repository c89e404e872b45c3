//! The key is mailed to the buyer: by issue and by checkout, once, whatever the mail server does.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_testkit::LoopbackSmtp;
use mintage_testkit::loopback::smtp::Manner;
use mintage_testkit::loopback::smtp::Received;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Request, Seller, Stage, eventually};

const FROM: &str = "\"Acme\" <licenses@acme.test>";

/// A server that mails by this one.
pub(crate) fn mailing(smtp: &LoopbackSmtp) -> Stage {
    Stage::with(&[
        ("MINTAGE_SMTP_URL", &format!("smtp://{}", smtp.address())),
        ("MINTAGE_MAIL_FROM", FROM),
    ])
}

/// A seller of `pro` for life, who issues licenses in a mode.
pub(crate) struct Issuer<'a> {
    stage: &'a Stage,
    pub(crate) seller: Seller,
    api_key: ApiKey,
}

impl<'a> Issuer<'a> {
    pub(crate) fn new(stage: &'a Stage, mode: &str) -> Self {
        let seller = Seller::new(stage, "acme");
        seller.product("pro", "classic");
        seller.key_type("pro", "lifetime", None);
        let api_key = seller.api_key("pro", "ISSUE_ONLY", mode);
        Self {
            stage,
            seller,
            api_key,
        }
    }

    /// The `nth` signed call of this moment: a license for a buyer.
    pub(crate) fn issue(&self, nth: i64, email: &str) -> Value {
        self.call(nth, email, None).expect(200)
    }

    fn call(&self, nth: i64, email: &str, idempotency_key: Option<&str>) -> Answer {
        let body = json!({"planCode": "lifetime", "customer": {"email": email}}).to_string();
        let at = (self.seller.now() * 1_000 + nth).to_string();
        let mut request = signed_to("/v1/issue", &self.api_key, &at, &body);
        if let Some(key) = idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        self.stage.api.send(&request)
    }

    pub(crate) fn mails(&self, license: &Value) -> Vec<Value> {
        mails(&self.seller, license)
    }

    /// Waits until the license's only mail is so far, and no attempt is under way.
    fn await_mail(&self, license: &Value, status: &str, attempts: u64) -> Value {
        eventually(status, || {
            let mails = self.mails(license);
            let [mail] = mails.as_slice() else {
                return None;
            };
            let so_far = mail["status"] == status && mail["attemptCount"] == attempts;
            let rests = mail["nextAttemptAt"].is_string() || status != "retrying";
            (so_far && rests).then(|| mail.clone())
        })
    }

    fn resend(&self, license: &Value) -> Answer {
        let id = license["id"].as_str().expect("an id");
        self.seller
            .manage(Request::post(format!("/v1/licenses/{id}/resend")))
    }

    fn switch(&self, enabled: &Value) -> Answer {
        let request = Request::new("PUT", "/v1/mail").json(&json!({ "enabled": enabled }));
        self.seller.manage(request)
    }
}

fn mails(seller: &Seller, license: &Value) -> Vec<Value> {
    let id = license["id"].as_str().expect("an id");
    seller.items(&format!("/v1/licenses/{id}/mails"))
}

/// Waits until so many mails have come.
pub(crate) fn received(smtp: &LoopbackSmtp, count: usize) -> Vec<Received> {
    eventually("mail", || {
        Some(smtp.received()).filter(|all| all.len() >= count)
    })
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn an_issued_key_is_mailed_to_its_buyer() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let license = issuer.issue(1, "Alice@Example.com");
    let mail = received(&smtp, 1).remove(0);
    assert_eq!(mail.sender, "licenses@acme.test");
    assert_eq!(mail.readers, ["alice@example.com"]);
    assert_eq!(mail.header("from"), ["Acme <licenses@acme.test>"]);
    let read = mail.read();
    assert_eq!(read.reply_to, "seller@acme.test");
    assert_eq!(read.subject, "Your license key for Acme");
    let key = text(&license["key"]);
    assert!(
        read.text.contains(&format!("\n    {key}\n")),
        "{}",
        read.text
    );
    assert!(read.html.contains(&format!(">{key}</p>")), "{}", read.html);
    assert!(read.text.contains("Acme (Acme Pro)"));
    assert!(!read.text.contains("test"), "{}", read.text);

    let told = issuer.await_mail(&license, "sent", 1);
    let id = text(&told["id"]);
    assert_eq!(read.message_id, format!("<{id}@acme.test>"));
    assert_eq!(
        told,
        json!({
            "id": id,
            "licenseId": license["id"],
            "to": "alice@example.com",
            "status": "sent",
            "reason": null,
            "attemptCount": 1,
            "nextAttemptAt": null,
            "createdAt": told["createdAt"],
        })
    );
}

#[test]
fn a_sandbox_key_says_that_it_is_a_test() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "sandbox");
    issuer.issue(1, "a@example.com");
    let read = received(&smtp, 1).remove(0).read();
    assert!(read.subject.starts_with("[Test] "), "{}", read.subject);
    assert!(read.text.starts_with("This is a test"), "{}", read.text);
}

#[test]
fn a_sold_key_is_mailed_once_and_not_where_it_is_switched_off() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let read = received(&smtp, 1).remove(0).read();
    assert_eq!(read.to, "buyer@example.com");
    assert!(read.text.contains(&seller.reveal(&license)));
    let off = Request::new("PUT", "/v1/mail").json(&json!({"enabled": false}));
    seller.manage(off).expect(200);
    let (_, license) = seller.sell_one();
    assert_eq!(mails(&seller, &license), Vec::<Value>::new());
    assert_eq!(smtp.received().len(), 1);
}

#[test]
fn a_call_that_is_sent_again_mails_nothing_again() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let first = issuer.call(1, "a@example.com", Some("order-1")).expect(200);
    let again = issuer.call(2, "a@example.com", Some("order-1")).expect(200);
    assert_eq!(first["id"], again["id"]);
    issuer.await_mail(&first, "sent", 1);
    assert_eq!(smtp.received().len(), 1);
}

#[test]
fn a_mail_arrives_after_the_server_was_down_for_a_while() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    smtp.be(Manner::Closed);
    let license = issuer.issue(1, "a@example.com");
    let failed = issuer.await_mail(&license, "retrying", 1);
    assert_eq!(
        failed["reason"],
        "the mail server did not take it: 421 4.3.2"
    );
    smtp.be(Manner::Busy);
    stage.advance(Duration::from_secs(7));
    issuer.await_mail(&license, "retrying", 2);
    smtp.be(Manner::Taking);
    stage.advance(Duration::from_mins(7));
    let sent = issuer.await_mail(&license, "sent", 3);
    assert_eq!(sent["reason"], Value::Null);
    let all = smtp.received();
    assert_eq!(all.len(), 1);
    assert!(all[0].read().text.contains(text(&license["key"])));
    assert_eq!(issuer.seller.licenses().len(), 1, "and no second license");
}

#[test]
fn an_address_that_is_refused_for_good_fails_at_once_and_can_be_tried_again_by_hand() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    smtp.be(Manner::RefusingReaders);
    let license = issuer.issue(1, "a@example.com");
    let failed = issuer.await_mail(&license, "failed", 1);
    assert_eq!(failed["reason"], "the mail server refused it: 550 5.1.1");
    assert_eq!(failed["nextAttemptAt"], Value::Null);
    smtp.be(Manner::Taking);
    assert_eq!(issuer.resend(&license).status, 202);
    received(&smtp, 1);
}

#[test]
fn a_key_is_sent_again_when_asked_five_times_an_hour() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let off = issuer.switch(&json!(false)).expect(200);
    assert_eq!(off["enabled"], false);
    let license = issuer.issue(1, "a@example.com");
    assert_eq!(issuer.mails(&license), Vec::<Value>::new());
    for nth in 1..=5 {
        let queued = issuer.resend(&license).expect(202);
        assert_eq!(queued["to"], "a@example.com");
        assert_eq!(queued["licenseId"], license["id"]);
        assert!(["pending", "sent"].contains(&text(&queued["status"])));
        received(&smtp, nth);
    }
    let refused = issuer.resend(&license);
    assert_eq!(refused.error(), (429, "common/rate-limited".into()));
    let wait = refused.header("retry-after").and_then(|it| it.parse().ok());
    assert!(wait.is_some_and(|seconds: u64| (1..=7_200).contains(&seconds)));
    let other = issuer.issue(2, "b@example.com");
    issuer.resend(&other).expect(202);
    let ids: std::collections::BTreeSet<_> = smtp
        .received()
        .iter()
        .map(|it| it.read().message_id)
        .collect();
    assert!(ids.len() >= 5, "each is a message of its own");
    let audit = stage.audit("acme", text(&license["id"]));
    let resent = audit
        .iter()
        .filter(|(action, _)| action == "license.resent");
    assert_eq!(resent.count(), 5);
    assert_eq!(issuer.mails(&license).len(), 5);
}

#[test]
fn a_revoked_key_is_neither_mailed_nor_sent_again() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    smtp.be(Manner::Closed);
    let license = issuer.issue(1, "a@example.com");
    issuer.await_mail(&license, "retrying", 1);
    let id = text(&license["id"]);
    let revoke = Request::post(format!("/v1/licenses/{id}/revoke"));
    issuer.seller.manage(revoke).expect(200);
    smtp.be(Manner::Taking);
    stage.advance(Duration::from_secs(7));
    let cancelled = issuer.await_mail(&license, "cancelled", 2);
    assert_eq!(
        cancelled["reason"],
        "the license was revoked before the mail was sent"
    );
    let refused = issuer.resend(&license).error();
    assert_eq!(refused, (409, "license/already-revoked".into()));
    assert_eq!(smtp.received(), []);
}

#[test]
fn without_a_mail_server_it_says_so_and_mails_wait_for_three_days() {
    let smtp = LoopbackSmtp::start();
    let mut stage = Stage::silent(&[]);
    let (old, waiting, seller);
    {
        let issuer = Issuer::new(&stage, "live");
        let known = issuer.seller.get("/v1/mail");
        assert_eq!(
            known,
            json!({
                "enabled": true,
                "configured": false,
                "from": null,
                "problem": "this server has no mail server: mails wait for three days, \
                            and are then not sent",
            })
        );
        old = issuer.issue(1, "old@example.com");
        issuer.await_mail(&old, "pending", 0);
        let refused = issuer.resend(&old).error();
        assert_eq!(refused, (409, "mail/not-configured".into()));
        stage.advance(Duration::from_hours(72));
        waiting = issuer.issue(2, "new@example.com");
        let given_up = issuer.await_mail(&old, "failed", 0);
        assert_eq!(
            given_up["reason"],
            "no mail server was set up in three days"
        );
        issuer.await_mail(&waiting, "pending", 0);
        seller = issuer.seller;
    }
    let url = format!("smtp://{}", smtp.address());
    stage.restart(&[("MINTAGE_SMTP_URL", &url), ("MINTAGE_MAIL_FROM", FROM)]);
    let mail = received(&smtp, 1).remove(0);
    assert_eq!(mail.readers, ["new@example.com"]);
    assert!(mail.read().text.contains(text(&waiting["key"])));
    let known = seller.get("/v1/mail");
    let expected = json!({"enabled": true, "configured": true, "from": FROM, "problem": null});
    assert_eq!(known, expected);
    assert_eq!(mails(&seller, &old)[0]["status"], "failed");
}

#[test]
fn the_calls_refuse_what_they_should() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let license = issuer.issue(1, "a@example.com");
    issuer.await_mail(&license, "sent", 1);
    for bad in [json!(null), json!("true"), json!(1)] {
        let answer = issuer.switch(&bad);
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), ["enabled"], "{bad}");
    }
    let id = text(&license["id"]);
    let stranger = Seller::new(&stage, "other");
    let paths = [
        ("POST", format!("/v1/licenses/{id}/resend")),
        ("GET", format!("/v1/licenses/{id}/mails")),
        ("POST", "/v1/licenses/lic_none/resend".to_owned()),
        ("GET", "/v1/licenses/nonsense/mails".to_owned()),
    ];
    for (method, path) in &paths {
        let answer = stranger.manage(Request::new(method, path.clone()));
        assert_eq!(answer.error(), (404, "common/not-found".into()), "{path}");
        let answer = stage.api.send(&Request::new(method, path.clone()));
        assert_eq!(answer.error(), (401, "api/key-invalid".into()), "{path}");
    }
    let only = |scope| Seller::of(&stage, "acme", stage.token("acme", &[scope]));
    let reader = only(TokenScope::LicensesRead);
    for (method, path) in [
        ("POST", format!("/v1/licenses/{id}/resend")),
        ("GET", "/v1/mail".to_owned()),
        ("PUT", "/v1/mail".to_owned()),
    ] {
        let request = Request::new(method, path.clone()).json(&json!({"enabled": true}));
        let answer = reader.manage(request);
        assert_eq!(answer.error().0, 403, "{method} {path}");
    }
    assert_eq!(mails(&reader, &license).len(), 1);
    assert_eq!(smtp.received().len(), 1);
}

#[test]
fn the_switch_is_audited_and_can_be_thrown_on_the_command_line() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    for enabled in [false, false, true] {
        let answer = issuer.switch(&json!(enabled)).expect(200);
        assert_eq!(answer["enabled"], enabled);
    }
    let thrown: Vec<String> = stage
        .audit("acme", "acme")
        .into_iter()
        .map(|(action, _)| action)
        .filter(|action| action.starts_with("mail."))
        .collect();
    assert_eq!(thrown, ["mail.switched-off", "mail.switched-on"]);
    let command = |arguments: &[&str]| {
        let all = [&["tenant", "mail", "--tenant", "acme"], arguments].concat();
        stage.command_text(&all)
    };
    assert_eq!(command(&["--off"]), Ok("mail of acme is off\n".to_owned()));
    assert_eq!(issuer.seller.get("/v1/mail")["enabled"], false);
    assert_eq!(command(&["--on"]), Ok("mail of acme is on\n".to_owned()));
    assert_eq!(issuer.seller.get("/v1/mail")["enabled"], true);
    for wrong in [&[][..], &["--on", "--off"]] {
        assert!(command(wrong).is_err(), "{wrong:?}");
    }
    let doctor = stage.command_text(&["doctor"]).expect("all is well");
    let line = format!(
        "WARN  mail: by {} (not encrypted), from {FROM}\n",
        smtp.address()
    );
    assert!(doctor.contains(&line), "{doctor}");
}
