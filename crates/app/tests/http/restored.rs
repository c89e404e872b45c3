//! A database that is restored from the backup of the day before, and a day without webhooks: reconciling makes
//! up for both.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Seller, Stage};
use crate::recurring::{Subscription, key_type, pass_until};

const RECONCILE: [&str; 2] = ["reconcile", "--json"];

/// What the name of a copied file begins with.
const BACKUP: &str = "backup-";

/// Copies the files of the database of a stopped server: the database and, where SQLite has left them, its log.
fn copy_database(stage: &Stage, from: &str, to: &str) {
    for name in ["mintage.db", "mintage.db-wal", "mintage.db-shm"] {
        let [from, to] = [from, to].map(|prefix| stage.path(&format!("{prefix}{name}")));
        if to.exists() {
            fs::remove_file(&to).expect("a file");
        }
        if from.exists() {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}

/// A shop with a sale of each kind, of which the server knows.
struct Shop {
    stage: Stage,
    seller: Seller,
    /// The session of the one-time sale.
    sold: String,
    /// A checkout that is open.
    open: String,
    subscription: Subscription,
}

impl Shop {
    fn new() -> Self {
        let stage = Stage::silent(&[]);
        let seller = Seller::selling(&stage, "acme");
        seller.key_type_of("pro", &key_type("monthly", &json!({})));
        seller.set_up_prices();
        let sold = seller.sell("lifetime", "before@example.com", Pay::Card);
        let session = seller.sell("monthly", "monthly@example.com", Pay::Card);
        let subscription = Subscription::of(&stage, &seller, &session);
        let open = seller.open("lifetime");
        let shop = Self {
            stage,
            seller,
            sold,
            open,
            subscription,
        };
        shop.reconcile();
        assert_eq!(shop.seller.licenses().len(), 2);
        shop
    }

    /// Reconciles; returns how many changes were made up for.
    fn reconcile(&self) -> u64 {
        let found = self.stage.command(&RECONCILE).expect("all went well");
        found.iter().filter_map(|it| it["count"].as_u64()).sum()
    }

    /// A day in which nothing is heard: sales, a renewal, a refund, and disputes.
    fn day(&self) {
        let (stage, seller) = (&self.stage, &self.seller);
        stage.stripe.pay(&self.open, "open@example.com", Pay::Card);
        seller.sell("lifetime", "new@example.com", Pay::Card);
        let refunded = seller.sell("lifetime", "refunded@example.com", Pay::Card);
        let disputed = seller.sell("lifetime", "disputed@example.com", Pay::Card);
        seller.sell("monthly", "second@example.com", Pay::Card);
        seller.open("lifetime");
        stage.advance(Duration::from_hours(24));
        stage.stripe.refund(&refunded, None);
        stage.stripe.dispute(&disputed, false);
        let lost = stage.stripe.dispute(&self.sold, false);
        stage.stripe.dispute_step(&lost, "lose");
        let end = self.subscription.period_end();
        pass_until(stage, seller, &self.subscription, end);
    }

    /// How the license of each buyer stands, and its key.
    fn licenses(&self) -> BTreeMap<String, Value> {
        let licenses = self.seller.licenses();
        let standing = licenses.iter().map(|license| {
            let buyer = license["customerEmail"].as_str().expect("a buyer");
            let fields = ["status", "reason", "expiresAt", "keyTypeId", "subscription"];
            let mut shown = BTreeMap::from(fields.map(|field| (field, license[field].clone())));
            shown.insert("key", self.seller.reveal(license).into());
            (buyer.to_owned(), json!(shown))
        });
        let standing: BTreeMap<_, _> = standing.collect();
        assert_eq!(standing.len(), licenses.len(), "one license a buyer");
        standing
    }

    /// That what was paid is minted, and stands as its payment does.
    fn assert_paid_is_minted(&self) {
        let licenses = self.licenses();
        let stands = |buyer: &str| {
            let license = &licenses[&format!("{buyer}@example.com")];
            (license["status"].clone(), license["reason"].clone())
        };
        for (buyer, status, reason) in [
            ("before", "REVOKED", json!("dispute")),
            ("open", "ACTIVE", Value::Null),
            ("new", "ACTIVE", Value::Null),
            ("refunded", "REVOKED", json!("refund")),
            ("disputed", "FROZEN", json!("dispute")),
            ("monthly", "ACTIVE", Value::Null),
        ] {
            assert_eq!(stands(buyer), (json!(status), reason), "{buyer}");
        }
        assert_eq!(licenses.len(), 7, "{licenses:?}");
        let end = &licenses["monthly@example.com"]["expiresAt"];
        let end =
            mintage_domain::base::time::Timestamp::parse_rfc3339(end.as_str().expect("a time"));
        let end = end.expect("a time").unix_seconds();
        assert_eq!(end, self.subscription.period_end());
    }
}

#[test]
fn after_a_day_without_webhooks_every_sale_renewal_refund_and_dispute_is_made_up_for() {
    let shop = Shop::new();
    shop.day();
    assert!(shop.reconcile() > 0);
    shop.assert_paid_is_minted();
    let after = shop.seller.snapshot();
    assert_eq!(shop.reconcile(), 0, "run twice, nothing changes");
    assert_eq!(shop.seller.snapshot(), after);
}

#[test]
fn on_a_database_restored_from_the_day_before_paid_is_minted_and_stands_as_before_the_loss() {
    let mut shop = Shop::new();
    shop.stage.stop();
    copy_database(&shop.stage, "", BACKUP);
    shop.stage.restart(&[]);
    shop.day();
    shop.reconcile();
    let before = shop.licenses();

    shop.stage.stop();
    copy_database(&shop.stage, BACKUP, "");
    shop.stage.restart(&[]);
    assert_eq!(shop.seller.licenses().len(), 2, "the day is lost");

    assert!(shop.reconcile() > 0);
    shop.assert_paid_is_minted();
    assert_eq!(shop.licenses(), before);
    let after = shop.seller.snapshot();
    assert_eq!(shop.reconcile(), 0, "run twice, nothing changes");
    assert_eq!(shop.seller.snapshot(), after);
}
