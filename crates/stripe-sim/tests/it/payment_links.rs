use mintage_stripe_sim::Config;
use serde_json::{Value, json};

use crate::test_sim::{LIVE, Reply, TestSim};

const LINKS: &str = "/v1/payment_links";

/// A payment link of a new account, for two units of its price of 29 dollars.
struct Shop {
    sim: TestSim,
    account: String,
    price: String,
}

impl Shop {
    async fn open() -> Self {
        let sim = TestSim::start(Config::default());
        let account = sim.account(&[false]).await;
        let price = sim.price(&account).await;
        Self {
            sim,
            account,
            price,
        }
    }

    async fn link(&self, more: &str) -> Reply {
        let form = format!(
            "line_items[0][price]={}&line_items[0][quantity]=2{more}",
            self.price
        );
        let link = self.sim.post(&self.account, LINKS, &form).await;
        assert_eq!(link.status, 200, "{}", link.body);
        link
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.sim.get(&self.account, path).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    /// Opens a link, and returns the id of the session that its visitor is sent to.
    async fn visit(&self, url: &str) -> String {
        let visit = self.sim.browse(url).await;
        assert_eq!(visit.status, 303, "{}", visit.page);
        let page = visit.header("Location").expect("a page");
        let (_, session) = page.rsplit_once('/').expect("a path");
        assert_eq!(self.sim.browse(page).await.status, 200);
        session.to_owned()
    }

    async fn session(&self, id: &str) -> Value {
        self.get(&format!("/v1/checkout/sessions/{id}")).await
    }

    async fn monthly_price(&self) -> String {
        let product = self.get("/v1/products").await["data"][0]["id"].clone();
        let product = product.as_str().expect("an id");
        let form =
            format!("product={product}&currency=usd&unit_amount=900&recurring[interval]=month");
        let price = self.sim.post(&self.account, "/v1/prices", &form).await;
        price.id()
    }
}

#[actix_web::test]
async fn each_visitor_of_a_link_gets_a_session_of_their_own() {
    let shop = Shop::open().await;
    let more = "&metadata[campaign]=spring&payment_intent_data[metadata][team]=7";
    let link = shop.link(more).await;
    let url = link.text("/url").to_owned();
    let (first, second) = (shop.visit(&url).await, shop.visit(&url).await);
    assert_ne!(first, second);
    let session = shop.session(&first).await;
    for (field, value) in [
        ("payment_link", json!(link.id())),
        ("metadata", json!({ "campaign": "spring" })),
        ("client_reference_id", Value::Null),
        ("customer_email", Value::Null),
        ("mode", json!("payment")),
        ("status", json!("open")),
        ("amount_total", json!(5800)),
        ("success_url", json!("https://stripe.com")),
        ("cancel_url", json!("https://stripe.com")),
        ("allow_promotion_codes", json!(false)),
        ("livemode", json!(false)),
    ] {
        assert_eq!(session[field], value, "{field}");
    }
    let path = format!("/v1/checkout/sessions?payment_link={}", link.id());
    let listed = shop.get(&path).await;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));
    let other = shop.get("/v1/checkout/sessions?payment_link=plink_x").await;
    assert_eq!(other["data"], json!([]));
}

#[actix_web::test]
async fn a_paid_link_shows_the_confirmation_and_its_data_reach_the_payment() {
    let shop = Shop::open().await;
    for (more, message) in [
        ("", "You can close this page."),
        (
            "&after_completion[type]=hosted_confirmation\
             &after_completion[hosted_confirmation][custom_message]=Look+at+your+mail",
            "Look at your mail",
        ),
    ] {
        let data = "&payment_intent_data[metadata][team]=7&payment_intent_data[description]=Seats";
        let link = shop.link(&format!("{more}{data}")).await;
        let session = shop.visit(link.text("/url")).await;
        let paid = shop.sim.pay(&session, "").await;
        assert_eq!(paid.status, 303, "{}", paid.page);
        let next = paid.header("Location").expect("a page");
        let confirmation = shop.sim.browse(next).await;
        assert_eq!(confirmation.status, 200);
        for text in ["Thanks for your payment", message] {
            assert!(confirmation.page.contains(text), "{}", confirmation.page);
        }
        let session = shop.session(&session).await;
        assert_eq!(session["payment_status"], "paid");
        let intent = session["payment_intent"].as_str().expect("a payment");
        let intent = shop.get(&format!("/v1/payment_intents/{intent}")).await;
        assert_eq!(intent["metadata"], json!({ "team": "7" }));
        assert_eq!(intent["description"], "Seats");
        let event = shop.sim.list("events").await.pop().expect("an event");
        assert_eq!(event["type"], "checkout.session.completed");
        assert_eq!(event["data"]["object"]["payment_link"], link.id().as_str());
    }
}

#[actix_web::test]
async fn a_link_with_a_redirect_takes_the_payer_to_the_seller_with_the_session() {
    let shop = Shop::open().await;
    let more = "&after_completion[type]=redirect\
        &after_completion[redirect][url]=http://shop.test/thanks?s={CHECKOUT_SESSION_ID}";
    let link = shop.link(more).await;
    let url = "http://shop.test/thanks?s={CHECKOUT_SESSION_ID}";
    let expected = json!({ "type": "redirect", "redirect": { "url": url } });
    assert_eq!(link.body["after_completion"], expected);
    let session = shop.visit(link.text("/url")).await;
    assert_eq!(shop.session(&session).await["success_url"], url);
    let paid = shop.sim.pay(&session, "").await;
    let target = format!("http://shop.test/thanks?s={session}");
    assert_eq!(paid.header("Location"), Some(target.as_str()));
}

#[actix_web::test]
async fn the_address_of_a_link_may_carry_a_reference_and_an_email() {
    let shop = Shop::open().await;
    let url = shop.link("").await.text("/url").to_owned();
    let long = "x".repeat(200);
    for (given, kept) in [
        ("order-1_A", Some("order-1_A")),
        (long.as_str(), Some(long.as_str())),
        (&format!("{long}y"), None),
        ("a%20b", None),
        ("%C3%BC", None),
        ("", None),
    ] {
        let url = format!("{url}?client_reference_id={given}");
        let session = shop.session(&shop.visit(&url).await).await;
        assert_eq!(session["client_reference_id"].as_str(), kept, "{given}");
    }
    let session = shop
        .visit(&format!("{url}?prefilled_email=ada%22%3E@shop.test"))
        .await;
    let page = format!("{}/c/pay/{session}", shop.sim.running.api_url());
    let page = shop.sim.browse(&page).await.page;
    assert!(page.contains("value=\"ada&#34;&#62;@shop.test\""), "{page}");
    let session = shop.session(&session).await;
    assert!(session["customer_email"].is_null() && session["customer_details"].is_null());
}

#[actix_web::test]
async fn a_link_with_a_recurring_price_begins_a_subscription() {
    let shop = Shop::open().await;
    let form = format!(
        "line_items[0][price]={}&line_items[0][quantity]=3&subscription_data[trial_period_days]=7\
         &subscription_data[metadata][team]=9",
        shop.monthly_price().await
    );
    let link = shop.sim.post(&shop.account, LINKS, &form).await;
    assert_eq!(link.text("/payment_method_collection"), "always");
    assert_eq!(link.body["subscription_data"]["trial_period_days"], 7);
    let session = shop.visit(link.text("/url")).await;
    let path = format!("/v1/checkout/sessions/{session}/line_items");
    assert_eq!(shop.get(&path).await["data"][0]["amount_total"], 0);
    assert_eq!(shop.sim.pay(&session, "").await.status, 303);
    let session = shop.session(&session).await;
    let shown = (&session["mode"], &session["payment_status"]);
    let expected = (&json!("subscription"), &json!("no_payment_required"));
    assert_eq!(shown, expected);
    let subscription = session["subscription"].as_str().expect("a subscription");
    let path = format!("/v1/subscriptions/{subscription}");
    let subscription = shop.get(&path).await;
    assert_eq!(subscription["status"], "trialing");
    assert_eq!(subscription["metadata"], json!({ "team": "9" }));
    assert_eq!(subscription["items"]["data"][0]["quantity"], 3);
}

#[actix_web::test]
async fn the_lines_of_a_link_are_its_own_and_a_session_gets_lines_of_its_own() {
    let shop = Shop::open().await;
    let other = shop.sim.price(&shop.account).await;
    let more = format!("&line_items[1][price]={other}&line_items[1][quantity]=1");
    let link = shop.link(&more).await;
    let of_link = shop.get(&format!("{LINKS}/{}/line_items", link.id())).await;
    let session = shop.visit(link.text("/url")).await;
    let path = format!("/v1/checkout/sessions/{session}/line_items");
    let of_session = shop.get(&path).await;
    for lines in [&of_link, &of_session] {
        let line = |index: usize| {
            let line = &lines["data"][index];
            let price = line["price"]["id"].as_str().unwrap_or_default();
            (
                price.to_owned(),
                line["quantity"].as_i64(),
                line["amount_total"].as_i64(),
            )
        };
        let expected = (shop.price.clone(), Some(2), Some(5800));
        assert_eq!(line(0), expected, "{lines}");
        assert_eq!(line(1), (other.clone(), Some(1), Some(2900)), "{lines}");
    }
    assert_ne!(of_link["data"][0]["id"], of_session["data"][0]["id"]);
    let first = of_link["data"][0]["id"].as_str().expect("an id");
    let path = format!("{LINKS}/{}/line_items?starting_after={first}", link.id());
    assert_eq!(shop.get(&path).await["data"], json!([of_link["data"][1]]));
}

#[actix_web::test]
async fn an_inactive_link_opens_no_session_and_says_so() {
    let shop = Shop::open().await;
    let link = shop.link("").await;
    let own = format!("{LINKS}/{}", link.id());
    let refused = async || {
        let page = shop.sim.browse(link.text("/url")).await;
        assert_eq!(page.status, 410);
        assert!(page.page.contains("no longer active"), "{}", page.page);
        let sessions = shop.get("/v1/checkout/sessions").await;
        sessions["data"].as_array().map(Vec::len)
    };
    let change = async |form: &str| shop.sim.post(&shop.account, &own, form).await;
    assert_eq!(change("active=false").await.body["active"], false);
    assert_eq!(refused().await, Some(0));
    assert_eq!(change("active=true").await.body["active"], true);
    shop.visit(link.text("/url")).await;
    let archive = format!("/v1/prices/{}", shop.price);
    shop.sim.post(&shop.account, &archive, "active=false").await;
    assert_eq!(refused().await, Some(1), "a price of the link is archived");
    let nowhere = format!("{}/b/test_x", shop.sim.running.api_url());
    assert_eq!(shop.sim.browse(&nowhere).await.status, 404);
}

#[actix_web::test]
async fn an_account_that_cannot_take_payments_creates_and_opens_no_link() {
    let shop = Shop::open().await;
    let link = shop.link("").await;
    let path = format!("accounts/{}", shop.account);
    let disabled = json!({ "charges_enabled": false });
    shop.sim.control(&path, &disabled).await;
    let page = shop.sim.browse(link.text("/url")).await;
    assert_eq!((page.status, page.header("Location")), (400, None));
    let form = format!(
        "line_items[0][price]={}&line_items[0][quantity]=1",
        shop.price
    );
    let refused = shop.sim.post(&shop.account, LINKS, &form).await;
    let message = refused.text("/error/message");
    assert!(message.contains("cannot currently make"), "{message}");
}

#[actix_web::test]
async fn links_are_changed_and_listed_and_their_events_tell_of_it() {
    let shop = Shop::open().await;
    let (old, new) = (shop.link("&metadata[a]=1").await, shop.link("").await);
    let own = format!("{LINKS}/{}", old.id());
    let form = "active=false&metadata[a]=&metadata[b]=2";
    let changed = shop.sim.post(&shop.account, &own, form).await;
    assert_eq!(changed.body["metadata"], json!({ "b": "2" }));
    assert_eq!(shop.get(&own).await, changed.body);
    let events = shop.sim.list("events").await;
    let types: Vec<_> = events.iter().map(|event| event["type"].clone()).collect();
    let created = "payment_link.created";
    assert_eq!(
        json!(types),
        json!([created, created, "payment_link.updated"])
    );
    let previous = json!({ "active": true, "metadata": { "a": "1" } });
    assert_eq!(events[2]["data"]["previous_attributes"], previous);
    let (old, new) = (old.id(), new.id());
    for (query, ids) in [
        (String::new(), json!([new, old])),
        ("active=true".to_owned(), json!([new])),
        ("active=false".to_owned(), json!([old])),
        (format!("starting_after={new}"), json!([old])),
        (format!("ending_before={old}"), json!([new])),
    ] {
        let list = shop.get(&format!("{LINKS}?{query}")).await;
        let links = list["data"].as_array().expect("a list");
        let listed: Vec<_> = links.iter().map(|link| link["id"].clone()).collect();
        assert_eq!(json!(listed), ids, "{query}");
    }
}

#[actix_web::test]
async fn a_link_has_at_most_twenty_lines_in_one_currency() {
    let shop = Shop::open().await;
    let line = |index: usize, price: &str| {
        format!("&line_items[{index}][price]={price}&line_items[{index}][quantity]=1")
    };
    let lines = |count: usize| {
        let lines = (0..count).map(|index| line(index, &shop.price));
        lines.collect::<String>()
    };
    let product = shop.get("/v1/products").await["data"][0]["id"].clone();
    let product = product.as_str().expect("an id");
    let euros = format!("product={product}&currency=eur&unit_amount=900");
    let euros = shop.sim.post(&shop.account, "/v1/prices", &euros).await;
    let mixed = lines(1) + &line(1, &euros.id());
    let several = lines(1) + &line(1, &shop.monthly_price().await);
    for (form, status, param) in [
        (lines(20), 200, ""),
        (lines(21), 400, "line_items"),
        (mixed, 400, "line_items[1][price]"),
        (several, 400, "line_items"),
    ] {
        let reply = shop.sim.post(&shop.account, LINKS, &form).await;
        assert_eq!((reply.status, reply.text("/error/param")), (status, param));
    }
}

#[actix_web::test]
async fn a_link_of_live_mode_opens_live_sessions_and_is_missing_in_test_mode() {
    let shop = Shop::open().await;
    let product = shop
        .sim
        .post_as(LIVE, "", "/v1/products", "name=Acme")
        .await;
    let form = format!("product={}&currency=usd&unit_amount=2900", product.id());
    let price = shop.sim.post_as(LIVE, "", "/v1/prices", &form).await;
    let form = format!(
        "line_items[0][price]={}&line_items[0][quantity]=1",
        price.id()
    );
    let link = shop.sim.post_as(LIVE, "", LINKS, &form).await;
    assert_eq!(link.body["livemode"], true);
    assert!(!link.text("/url").contains("/test_"), "{}", link.body);
    let session = shop.visit(link.text("/url")).await;
    assert!(session.starts_with("cs_live_"), "{session}");
    let other = shop.sim.get("", &format!("{LINKS}/{}", link.id())).await;
    assert_eq!((other.status, other.code()), (404, "resource_missing"));
    let hint = other.text("/error/message");
    assert!(hint.contains("exists in live mode"), "{hint}");
    let in_test_mode = shop.link("").await;
    let url = in_test_mode.text("/url");
    assert!(url.contains("/test_"), "{url}");
}
