//! `/v1/sales`: the ledger against the balance that Stripe has.

use std::collections::BTreeMap;
use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage, eventually};

/// Two with hundredths, one with none, one with thousandths.
const CURRENCIES: [&str; 4] = ["usd", "eur", "jpy", "kwd"];

/// The events of which some are told.
const TOLD: [&str; 5] = [
    "charge.refunded",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
    "payout.failed",
];

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("it is small")
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in 1..all.len() {
            all.swap(i, self.below(i + 1));
        }
    }
}

fn account_of(seller: &Seller) -> String {
    let status = seller.get("/v1/integrations/stripe/status");
    status["account"]["id"].as_str().expect("an id").to_owned()
}

/// The balance at Stripe by currency, pending or not.
fn balance_at_stripe(stage: &Stage, account: &str) -> BTreeMap<String, i64> {
    let shown = stage
        .stripe
        .as_seller(account, Request::get("/v1/balance"))
        .expect(200);
    let mut sums = BTreeMap::new();
    for part in ["available", "pending"] {
        for funds in shown[part].as_array().expect("funds") {
            let currency = funds["currency"].as_str().expect("a code").to_owned();
            *sums.entry(currency).or_default() += funds["amount"].as_i64().expect("an amount");
        }
    }
    sums
}

/// The ledger by currency, checked against itself.
fn ledger(seller: &Seller) -> BTreeMap<String, i64> {
    let shown = seller.get("/v1/sales?mode=sandbox&groupBy=currency");
    let number = |of: &Value, name: &str| of[name].as_i64().expect("a number");
    let mut nets = BTreeMap::new();
    for item in shown["items"].as_array().expect("items") {
        let net = number(item, "gross")
            - number(item, "discount")
            - number(item, "refunds")
            - number(item, "disputes")
            - number(item, "fees")
            + number(item, "other");
        assert_eq!(number(item, "net"), net, "{item}");
        assert_eq!(item["group"], item["currency"]);
        let currency = item["currency"].as_str().expect("a code").to_owned();
        nets.insert(currency, net - number(item, "payouts"));
    }
    let mut ledger = BTreeMap::new();
    for balance in shown["balance"].as_array().expect("balances") {
        let currency = balance["currency"].as_str().expect("a code").to_owned();
        let sum = number(balance, "ledger");
        assert_eq!(number(balance, "difference"), 0, "{balance}");
        assert_eq!(number(balance, "stripe"), sum, "{balance}");
        assert_eq!(nets[&currency], sum, "{balance}");
        ledger.insert(currency, sum);
    }
    ledger
}

/// The amounts of the exported lines by currency.
fn exported(seller: &Seller) -> BTreeMap<String, i64> {
    let answer = seller.manage(Request::get("/v1/sales.csv?mode=sandbox"));
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    let mut lines = answer.text().lines();
    let header = lines.next().expect("a header");
    assert!(
        header.starts_with("time,type,amount,currency,stripeId,"),
        "{header}"
    );
    let mut sums = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(!cells[4].is_empty(), "{line}");
        *sums.entry(cells[3].to_owned()).or_default() += cells[2].parse::<i64>().expect("a number");
    }
    sums
}

/// Moves money at random: sales, refunds that stand or fail, disputes that are won or lost, payouts that
/// arrive or bounce, and what Stripe may think of next year.
fn move_money(stage: &Stage, account: &str, numbers: &mut Numbers, moves: usize) {
    let stripe = stage.stripe;
    let mut charges: Vec<(String, i64)> = Vec::new();
    let text = |it: &Value| it["id"].as_str().expect("an id").to_owned();
    for _ in 0..moves {
        let currency = CURRENCIES[numbers.below(CURRENCIES.len())];
        match numbers.below(10) {
            0..=5 => {
                let amount = 1_000 + 10 * i64::try_from(numbers.below(10_000)).expect("small");
                let payment = json!({ "currency": currency, "amount": amount });
                let charge = stripe.control(&format!("accounts/{account}/charge"), &payment);
                charges.push((text(&charge), amount));
            }
            6 | 7 if !charges.is_empty() => {
                let (charge, amount) = charges.swap_remove(numbers.below(charges.len()));
                let part = if numbers.below(2) == 0 {
                    amount
                } else {
                    amount / 3
                };
                let path = format!("charges/{charge}/refund");
                let refund = stripe.control(&path, &json!({ "amount": part }));
                if numbers.below(3) == 0 {
                    stripe.control(&format!("refunds/{}/fail", text(&refund)), &json!({}));
                }
            }
            8 if !charges.is_empty() => {
                let (charge, _) = charges.swap_remove(numbers.below(charges.len()));
                let dispute = stripe.control(&format!("charges/{charge}/dispute"), &json!({}));
                let step = ["win", "lose"][numbers.below(2)];
                let path = format!("disputes/{}/{step}", text(&dispute));
                stripe.control(&path, &json!({}));
            }
            8 => {
                let paid = json!({ "currency": currency, "amount": 1 + numbers.below(900) });
                let payout = stripe.control(&format!("accounts/{account}/payouts"), &paid);
                if numbers.below(2) == 0 {
                    stripe.control(&format!("payouts/{}/fail", text(&payout)), &json!({}));
                }
            }
            _ => {
                let kind = if numbers.below(2) == 0 {
                    "stripe_fee"
                } else {
                    "novelty"
                };
                let amount = i64::try_from(numbers.below(500)).expect("small") - 250;
                let booked = json!({
                    "currency": currency, "amount": amount, "type": kind,
                    "reporting_category": if kind == "novelty" { "novelty" } else { "fee" },
                });
                stripe.control(&format!("accounts/{account}/adjust"), &booked);
            }
        }
    }
    for (currency, sum) in balance_at_stripe(stage, account) {
        if sum > 1_000 {
            let paid = json!({ "currency": currency, "amount": sum / 2 });
            let payout = stripe.control(&format!("accounts/{account}/payouts"), &paid);
            if numbers.below(2) == 0 {
                stripe.control(&format!("payouts/{}/fail", text(&payout)), &json!({}));
            }
        }
    }
}

#[test]
fn the_ledger_is_stripe_s_balance_to_the_cent_whatever_becomes_of_events() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let account = account_of(&seller);
    let mut numbers = Numbers(0x5eed_1ed9_e400_0001);
    // No event of the first half is ever told.
    move_money(&stage, &account, &mut numbers, 600);
    let agrees = || {
        let (ledger, stripe) = (ledger(&seller), balance_at_stripe(&stage, &account));
        (ledger == stripe).then_some(ledger)
    };
    let first = eventually("the balance to be read", agrees);
    assert_eq!(first.len(), CURRENCIES.len());
    assert_eq!(exported(&seller), first);

    // A sale of Mintage's own, and then the second half, of which some events are told, shuffled and partly
    // twice.
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    move_money(&stage, &account, &mut numbers, 500);
    let mut events = Vec::new();
    for kind in TOLD {
        events.extend(stage.stripe.events(kind));
    }
    numbers.shuffle(&mut events);
    events.truncate(40);
    let sold = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    events.push(sold);
    for event in events.iter().rev().chain(events.iter().take(9)) {
        seller.hear(event).expect(200);
    }
    let second = eventually("the balance to be read again", agrees);
    assert_ne!(first, second);
    assert_eq!(exported(&seller), second);

    // The sale belongs to its product; all the others to none.
    let shown = seller.get("/v1/sales?mode=sandbox&groupBy=product");
    let items = shown["items"].as_array().expect("items");
    let of_product: Vec<_> = items.iter().filter(|it| it["group"] == "pro").collect();
    assert_eq!(of_product.len(), 1);
    assert_eq!(
        (&of_product[0]["orders"], &of_product[0]["gross"]),
        (&json!(1), &json!(2_900))
    );
    assert_eq!(items.iter().filter(|it| it["group"].is_null()).count(), 4);
    // Nothing is read twice into the ledger, also when all of it is read again.
    stage.advance(Duration::from_hours(25));
    std::thread::sleep(Duration::from_secs(11));
    assert_eq!(ledger(&seller), second);
}

#[test]
fn sales_are_asked_for_by_mode_time_and_group() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    seller.sell_one();
    eventually("the sale to be read", || {
        let shown = seller.get("/v1/sales?mode=sandbox");
        (shown["items"].as_array().expect("items").len() == 1).then_some(())
    });
    for (query, count) in [
        ("from=2020-01-01", 1),
        ("from=2020-01-01T00:00:00Z&to=2099-01-01", 1),
        ("from=2099-01-01", 0),
        ("to=2020-01-01", 0),
    ] {
        let shown = seller.get(&format!("/v1/sales?mode=sandbox&{query}"));
        assert_eq!(
            shown["items"].as_array().expect("items").len(),
            count,
            "{query}"
        );
        assert_eq!(shown["balance"].as_array().expect("balances").len(), 1);
        let lines = seller.manage(Request::get(format!("/v1/sales.csv?mode=sandbox&{query}")));
        assert_eq!(lines.text().lines().count() > 1, count == 1, "{query}");
    }
    for (query, field) in [
        ("", "mode"),
        ("mode=", "mode"),
        ("mode=test", "mode"),
        ("mode=sandbox&from=yesterday", "from"),
        ("mode=sandbox&to=x", "to"),
        ("mode=sandbox&currency=usd", "currency"),
    ] {
        for path in ["/v1/sales", "/v1/sales.csv"] {
            let answer = seller.manage(Request::get(format!("{path}?{query}")));
            assert_eq!(answer.bad_fields(), [field], "{path}?{query}");
        }
    }
    let answer = seller.manage(Request::get("/v1/sales?mode=sandbox&groupBy=week"));
    assert_eq!(answer.bad_fields(), ["groupBy"]);
    let narrow = stage.token("acme", &[TokenScope::ProductsRead]);
    for path in ["/v1/sales?mode=sandbox", "/v1/sales.csv?mode=sandbox"] {
        let answer = stage.api.send(&Request::get(path).bearer(&narrow));
        assert_eq!(answer.error(), (403, "authz/role-insufficient".into()));
    }
}
