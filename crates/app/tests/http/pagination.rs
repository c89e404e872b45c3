//! Lists: pages, cursors, and queries that cannot be read.

use std::time::Duration;

use crate::harness::{Request, Seller, Stage};

#[test]
fn a_list_is_paged_newest_first_and_every_item_comes_once() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    for nth in 0..7 {
        seller.product(&format!("p{nth}"), "checked");
        stage.advance(Duration::from_secs(1));
    }
    for limit in [1, 3, 7, 100] {
        let mut cursor = String::new();
        let mut seen = Vec::new();
        loop {
            let page = seller.get(&format!("/v1/products?limit={limit}&cursor={cursor}"));
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= limit);
            seen.extend(items.iter().map(|item| item["productId"].clone()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(
            seen,
            ["p6", "p5", "p4", "p3", "p2", "p1", "p0"],
            "limit {limit}"
        );
    }
}

#[test]
fn a_page_that_cannot_be_is_400_on_every_list() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    for list in [
        "/v1/products",
        "/v1/products/pro/key-types",
        "/v1/api-keys",
        "/v1/licenses",
        "/v1/orders",
        "/v1/customers",
        "/v1/audit",
        "/v1/webhook/deliveries",
        "/v1/integrations/stripe/parked",
    ] {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("cursor=garbage", "cursor"),
            ("cursor=1.", "cursor"),
            ("cursor=1.a%00", "cursor"),
        ] {
            let answer = seller.manage(Request::get(format!("{list}?{query}")));
            let expected = (400, "validation/invalid-input".into());
            assert_eq!(answer.error(), expected, "{list}?{query}");
            assert_eq!(answer.bad_fields(), [field], "{list}?{query}");
        }
        let first = seller.get(&format!("{list}?limit=1"));
        assert!(first["items"].is_array(), "{list}");
    }
}

#[test]
fn a_query_that_cannot_be_read_is_400_in_the_envelope() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    for path in [
        "/v1/products?limit=1&limit=2",
        "/v1/orders?cursor=1.a&cursor=1.b",
        "/v1/licenses?email=a@b.test&email=c@d.test",
        "/v1/customers?q=a&q=b",
        "/v1/audit?target=a&target=b",
    ] {
        let answer = seller.manage(Request::get(path));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{path}"
        );
    }
    let twice = stage
        .api
        .send(&Request::get("/stripe/callback?state=a&state=b&code=c"));
    assert_eq!(twice.status, 400);
    assert!(
        twice.text().contains("oauth/state-invalid"),
        "{}",
        twice.text()
    );
}

#[test]
fn a_path_that_is_no_text_is_404() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    for path in [
        "/v1/licenses/%FF",
        "/v1/customers/%C3%28",
        "/v1/products/%FF/key-types",
    ] {
        let answer = seller.manage(Request::get(path));
        assert_eq!(answer.error(), (404, "common/not-found".into()), "{path}");
    }
}
