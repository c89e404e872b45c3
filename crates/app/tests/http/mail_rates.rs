//! The rates of mails to buyers: a tenant can neither flood one mailbox nor use up the mail server.

use std::time::Duration;

use mintage_testkit::LoopbackSmtp;
use serde_json::Value;

use crate::harness::{Stage, eventually};
use crate::mail::{Issuer, mailing, received};

fn on_plan(stage: &Stage, plan: &str) {
    let command = ["tenant", "plan", "--tenant", "acme", "--plan", plan];
    stage.command_text(&command).expect("a plan");
}

/// Waits until each of the mails is sent, or waits for a rate; returns how many wait.
fn await_all(issuer: &Issuer<'_>, licenses: &[Value]) -> usize {
    eventually("mails that are sent or wait", || {
        let mails = licenses.iter().flat_map(|license| issuer.mails(license));
        let states: Vec<bool> = mails
            .filter_map(|mail| match mail["reason"].as_str() {
                None => (mail["status"] == "sent").then_some(false),
                Some(reason) => {
                    assert!(reason.contains("too many mails"), "{mail}");
                    (mail["status"] == "pending").then_some(true)
                }
            })
            .collect();
        (states.len() == licenses.len()).then(|| states.iter().filter(|waits| **waits).count())
    })
}

#[test]
fn one_address_gets_five_or_ten_mails_an_hour_by_plan_and_the_rest_later() {
    for (plan, most) in [("free", 5), ("starter", 10)] {
        let smtp = LoopbackSmtp::start();
        let stage = mailing(&smtp);
        let issuer = Issuer::new(&stage, "live");
        on_plan(&stage, plan);
        let licenses: Vec<Value> = (0..13)
            .map(|nth| issuer.issue(nth, &format!("ada+{nth}@example.com")))
            .collect();
        assert_eq!(await_all(&issuer, &licenses), 13 - most, "{plan}");
        assert_eq!(smtp.received().len(), most, "{plan}");
        let other = issuer.issue(13, "bob@example.com");
        assert_eq!(await_all(&issuer, &[other]), 0, "{plan}: others go on");
        stage.advance(Duration::from_hours(2));
        if plan == "starter" {
            received(&smtp, 14);
        }
    }
}

#[test]
fn a_tenant_sends_fifty_mails_an_hour_on_the_plan_free_and_another_is_not_held_up() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    on_plan(&stage, "free");
    let licenses: Vec<Value> = (0..53)
        .map(|nth| issuer.issue(nth, &format!("buyer-{nth}@example.com")))
        .collect();
    assert_eq!(await_all(&issuer, &licenses), 3);
    on_plan(&stage, "pro");
    stage.advance(Duration::from_hours(1));
    received(&smtp, 53);
}

#[test]
fn a_sandbox_sends_twenty_mails_an_hour_on_any_plan() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "sandbox");
    let licenses: Vec<Value> = (0..23)
        .map(|nth| issuer.issue(nth, &format!("buyer-{nth}@example.com")))
        .collect();
    assert_eq!(await_all(&issuer, &licenses), 3);
}
