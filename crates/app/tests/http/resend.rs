//! Keys of several licenses are sent again by one call, which answers for each license.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_testkit::LoopbackSmtp;
use serde_json::{Value, json};

use crate::harness::{Answer, Request, Seller, Stage};
use crate::mail::{Issuer, mailing, received, text};

fn resend(seller: &Seller, ids: &Value) -> Answer {
    let body = json!({ "ids": ids });
    seller.manage(Request::post("/v1/licenses/resend").json(&body))
}

/// The code of each item, or `queued`.
fn codes(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().expect("items");
    let code = |item: &Value| {
        assert_eq!(item["mail"].is_null(), item["error"].is_object(), "{item}");
        let code = item["error"]["code"].as_str().unwrap_or("queued");
        code.to_owned()
    };
    items.iter().map(code).collect()
}

/// How often the audit trail says that the key of a license was resent.
fn resent(stage: &Stage, license: &Value) -> usize {
    let trail = stage.audit("acme", text(&license["id"]));
    let resent = trail.iter().filter(|(it, _)| it == "license.resent");
    resent.count()
}

#[test]
fn each_id_is_answered_by_itself_and_in_order() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let seller = &issuer.seller;
    let [a, b, revoked, erased] =
        [1, 2, 3, 4].map(|nth| issuer.issue(nth, &format!("buyer-{nth}@example.com")));
    received(&smtp, 4);
    let revoke = format!("/v1/licenses/{}/revoke", text(&revoked["id"]));
    seller.manage(Request::post(revoke)).expect(200);
    let license = seller.get(&format!("/v1/licenses/{}", text(&erased["id"])));
    let customer = text(&license["customerId"]);
    let erase = Request::new("DELETE", format!("/v1/customers/{customer}"));
    assert!(seller.manage(erase).status < 300);
    let other = Seller::new(&stage, "other");
    assert_eq!(
        codes(&resend(&other, &json!([a["id"]])).expect(200)),
        ["common/not-found"]
    );

    let ids = json!([
        a["id"],
        revoked["id"],
        a["id"],
        "lic_none",
        "nonsense",
        "",
        erased["id"],
        b["id"],
    ]);
    let answer = resend(seller, &ids).expect(200);
    assert_eq!(
        codes(&answer),
        [
            "queued",
            "license/already-revoked",
            "validation/invalid-input",
            "common/not-found",
            "common/not-found",
            "common/not-found",
            "mail/unmailable",
            "queued",
        ]
    );
    let items = answer["items"].as_array().expect("items");
    let given: Vec<&Value> = items.iter().map(|item| &item["licenseId"]).collect();
    assert_eq!(
        given,
        ids.as_array().expect("ids").iter().collect::<Vec<_>>()
    );
    assert_eq!(items[0]["mail"]["to"], "buyer-1@example.com");
    assert_eq!(items[0]["mail"]["licenseId"], a["id"]);
    assert_eq!(
        items[2]["error"]["message"],
        "the id is given more than once"
    );
    let mails = received(&smtp, 6);
    let again = mails[4..].iter().flat_map(|mail| mail.readers.clone());
    let mut again: Vec<String> = again.collect();
    again.sort();
    assert_eq!(again, ["buyer-1@example.com", "buyer-2@example.com"]);
    assert_eq!((resent(&stage, &a), resent(&stage, &revoked)), (1, 0));
}

#[test]
fn what_is_beyond_a_rate_is_said_with_the_time_to_wait() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let licenses: Vec<Value> = (0..12)
        .map(|nth| issuer.issue(nth, &format!("ada+{nth}@example.com")))
        .collect();
    let ids: Vec<&Value> = licenses.iter().map(|license| &license["id"]).collect();
    let answer = resend(&issuer.seller, &json!(ids)).expect(200);
    let (queued, refused) = answer["items"].as_array().expect("items").split_at(10);
    assert!(
        queued.iter().all(|item| item["mail"]["id"].is_string()),
        "{answer}"
    );
    for item in refused {
        assert_eq!(item["error"]["code"], "common/rate-limited");
        let wait = item["error"]["retryAfterSeconds"]
            .as_u64()
            .expect("seconds");
        assert!((1..=7_200).contains(&wait), "{wait}");
    }
    // Ten mails use up what the address gets in an hour, and the others wait.
    received(&smtp, 10);
    stage.advance(Duration::from_hours(2));
    received(&smtp, 20);
    let all = licenses.iter().map(|license| issuer.mails(license).len());
    assert_eq!(all.sum::<usize>(), 22, "no mail is lost");

    let one = issuer.issue(20, "eve@example.com");
    let ids = json!([one["id"]]);
    for nth in 0..6 {
        let code = if nth < 5 {
            "queued"
        } else {
            "common/rate-limited"
        };
        let answer = resend(&issuer.seller, &ids).expect(200);
        assert_eq!(codes(&answer), [code], "{nth}");
    }
}

#[test]
fn bad_lists_of_ids_are_refused_as_a_whole() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let seller = &issuer.seller;
    let many = |n: usize| json!(vec!["lic_none"; n]);
    for ids in [
        json!([]),
        many(101),
        json!("lic_1"),
        json!(null),
        json!([1]),
        json!([["lic_1"]]),
        json!({"0": "lic_1"}),
    ] {
        let answer = resend(seller, &ids);
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), ["ids"], "{ids}");
    }
    assert_eq!(codes(&resend(seller, &many(100)).expect(200)).len(), 100);
    for body in [json!({}), json!({"id": ["lic_1"]}), json!([])] {
        let call = Request::post("/v1/licenses/resend").json(&body);
        assert_eq!(seller.manage(call).status, 400, "{body}");
    }
    let path = "/v1/licenses/resend";
    let unknown = stage.api.send(&Request::post(path).json(&many(1)));
    assert_eq!(unknown.error(), (401, "api/key-invalid".into()));
    let reader = stage.token("acme", &[TokenScope::LicensesRead]);
    let reader = Seller::of(&stage, "acme", reader);
    assert_eq!(resend(&reader, &many(1)).error().0, 403);
    assert_eq!(seller.manage(Request::get(path)).status, 405);

    let silent = Stage::silent(&[]);
    let issuer = Issuer::new(&silent, "live");
    let license = issuer.issue(1, "a@example.com");
    let refused = resend(&issuer.seller, &json!([license["id"]]));
    assert_eq!(refused.error(), (409, "mail/not-configured".into()));
}

#[test]
fn the_command_resends_several_keys_and_fails_if_one_is_not_sent() {
    let smtp = LoopbackSmtp::start();
    let stage = mailing(&smtp);
    let issuer = Issuer::new(&stage, "live");
    let licenses = [
        issuer.issue(1, "a@example.com"),
        issuer.issue(2, "b@example.com"),
    ];
    received(&smtp, 2);
    let [a, b] = licenses.each_ref().map(|license| text(&license["id"]));
    let command = |ids: &[&str]| {
        let all = [&["license", "resend", "--tenant", "acme", "--json"], ids].concat();
        stage.command(&all)
    };
    let printed = command(&[a, b]).expect("both are queued");
    let to: Vec<&Value> = printed.iter().map(|item| &item["mail"]["to"]).collect();
    assert_eq!(to, ["a@example.com", "b@example.com"]);
    assert!(
        licenses
            .iter()
            .all(|license| issuer.mails(license).len() == 2)
    );
    let said = command(&[a, "lic_none"]).expect_err("one is unknown");
    assert!(said.contains("1 of 2 keys are not sent"), "{said}");
    assert!(command(&[]).is_err());
    let others = ["license", "resend", "--tenant", "nobody", a];
    assert!(stage.command_text(&others).is_err());
}
