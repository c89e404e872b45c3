//! `/v1/orders`: one order, and orders by status, buyer and session.

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage};

#[test]
fn orders_are_found_by_status_buyer_and_session() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    seller.open("lifetime");
    let sessions = ["ada@example.com", "bob@example.com"].map(|buyer| {
        let session = seller.sell("lifetime", buyer, Pay::Card);
        seller.await_order(&session, "fulfilled");
        session
    });
    let found = |seller: &Seller, query: &str| seller.items(&format!("/v1/orders?{query}"));
    let session = &sessions[0];
    for (query, count) in [
        ("status=fulfilled".to_owned(), 2),
        ("status=open".to_owned(), 1),
        ("email=ada@example.com".to_owned(), 1),
        ("email=ADA@example.com&status=fulfilled".to_owned(), 1),
        ("email=ada@example.com&status=open".to_owned(), 0),
        ("email=nobody".to_owned(), 0),
        (format!("session={session}"), 1),
        (format!("session={session}&email=bob@example.com"), 0),
    ] {
        assert_eq!(found(&seller, &query).len(), count, "{query}");
    }
    assert_eq!(
        found(&other, &format!("session={session}")),
        [] as [Value; 0]
    );
    let order = &found(&seller, &format!("session={session}"))[0];
    assert_eq!(
        (&order["customerEmail"], &order["mailable"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(order["totalCurrency"], "usd");
    let path = format!("/v1/orders/{}", order["id"].as_str().expect("an id"));
    assert_eq!(seller.get(&path), *order);
    for (who, path) in [(&other, path.as_str()), (&seller, "/v1/orders/ord_none")] {
        let answer = who.manage(Request::get(path));
        assert_eq!(answer.error(), (404, "common/not-found".into()));
    }
    for (query, field) in [
        ("status=paid", "status"),
        ("email=%20", "email"),
        ("session=x", "session"),
        ("state=open", "state"),
    ] {
        let answer = seller.manage(Request::get(format!("/v1/orders?{query}")));
        assert_eq!(answer.bad_fields(), [field], "{query}");
    }
}

#[test]
fn a_paid_order_mints_whatever_address_stripe_reports() {
    for (email, kept) in [
        (json!("Ada L@example.com"), Some("Ada L@example.com")),
        (json!("ada@@example"), Some("ada@@example")),
        (Value::Null, None),
    ] {
        let stage = Stage::silent(&[]);
        let seller = Seller::selling(&stage, "acme");
        let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
        let mut paid = stage
            .stripe
            .event_of(&session, "checkout.session.completed");
        paid["data"]["object"]["customer_details"]["email"] = email;
        paid["data"]["object"]["customer_email"] = Value::Null;
        assert_eq!(seller.hear(&paid).expect(200)["outcome"], "applied");
        let license = &seller.licenses()[0];
        assert_eq!(
            (&license["status"], &license["mailable"]),
            (&json!("ACTIVE"), &json!(false))
        );
        let customer = seller.get(&format!(
            "/v1/customers/{}",
            license["customerId"].as_str().expect("an id")
        ));
        assert_eq!(customer["mailable"], false);
        if let Some(kept) = kept {
            assert_eq!(customer["email"], kept);
        }
        assert_eq!(seller.order_of(&session)["mailable"], false);
    }
}
