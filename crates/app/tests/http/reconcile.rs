//! What happened at Stripe and was not heard is made up for by `mintage reconcile`.

use serde_json::json;

use crate::harness::stripe::Pay;
use crate::harness::{Seller, Stage};

const RECONCILE: [&str; 2] = ["reconcile", "--json"];

#[test]
fn after_a_day_without_webhooks_paid_is_minted_and_a_second_time_changes_nothing() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let sessions = ["ada", "bob", "eve"].map(|buyer| {
        let email = format!("{buyer}@example.com");
        seller.sell("lifetime", &email, Pay::Card)
    });
    seller.open("lifetime");
    assert_eq!(seller.licenses().len(), 0, "nothing was heard");

    let found = stage.command(&RECONCILE).expect("all went well");
    let change = |kind: &str, count| json!({ "tenant": "acme", "account": seller.account(), "change": kind, "count": count });
    assert_eq!(found, [change("checkout.session.completed", 3)]);
    assert_eq!(seller.licenses().len(), 3);

    stage.stripe.refund(&sessions[0], None);
    stage.stripe.dispute(&sessions[1], false);
    let found = stage.command(&RECONCILE).expect("all went well");
    let expected = [
        change("charge.dispute.updated", 1),
        change("refund.updated", 1),
    ];
    assert_eq!(found, expected);
    let mut standings: Vec<_> = seller
        .licenses()
        .iter()
        .map(|license| license["status"].clone())
        .collect();
    standings.sort_by_key(ToString::to_string);
    assert_eq!(standings, ["ACTIVE", "FROZEN", "REVOKED"]);

    assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
    assert_eq!(seller.licenses().len(), 3);
}

#[test]
fn an_account_whose_access_ended_fails_and_the_others_are_reconciled() {
    let stage = Stage::silent(&[]);
    let gone = Seller::selling(&stage, "acme");
    let seller = Seller::selling(&stage, "zeta");
    seller.sell("lifetime", "ada@example.com", Pay::Card);
    let account = gone.account();
    let path = format!("accounts/{account}/deauthorize");
    stage.stripe.control(&path, &json!({}));
    let failure = stage.command(&RECONCILE).expect_err("one account failed");
    assert!(
        failure.contains("acme") && failure.contains(&account),
        "{failure}"
    );
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_time_that_cannot_be_read_is_refused() {
    let stage = Stage::silent(&[]);
    let failure = stage.command(&["reconcile", "--since", "yesterday"]);
    assert!(failure.expect_err("no time").contains("--since"));
}
