//! Mintage inside a service of your own: its rules, your storage.
//!
//! `mint` decides and touches nothing. What it decided is committed through the one port that
//! needs it, `Commit`: here a few lines over a map. Run it with
//! `cargo run -p mintage-domain --example embed`.

use mintage_domain::catalog::{DisplayName, Entitlements, LicenseTerms, Product};
use mintage_domain::changes::{Changes, Expected, Put, Receipt};
use mintage_domain::env::{Env, SealedField};
use mintage_domain::guard::{Facts, Refusal, Row, judge};
use mintage_domain::id::{CustomerId, OrderId, StripeAccountId};
use mintage_domain::license::key::{KeyFormat, KeyPrefix};
use mintage_domain::license::{OrderUnit, term::Term};
use mintage_domain::money::{Currency, Money};
use mintage_domain::order::{Order, OrderStatus};
use mintage_domain::ports::{Clock, Commit, CommitDone, CommitError, Entropy};
use mintage_domain::seal::{KeyRing, MasterKey};
use mintage_domain::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::{mode::Mode, time::Timestamp, usecase::mint::mint};
use ring::rand::{SecureRandom, SystemRandom};
use std::error::Error;
use std::sync::{Mutex, PoisonError};

/// Your store: here the version of each row there is. A real one keeps the rows too, and does all
/// of `submit` in one transaction.
#[derive(Default)]
struct Shelf(Mutex<Facts>);

impl Commit for Shelf {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The one judge of every store: is each new row new, is each changed row as it was read?
        let verdict = judge([&changes], facts.clone()).remove(0);
        if verdict.is_ok() {
            for (row, expected) in changes.guards() {
                let version = match expected {
                    Expected::New => 1,
                    Expected::Version(read) => read + 1,
                };
                facts.versions.insert(row, version);
            }
        }
        let outcome = verdict.map(|_| Receipt::default());
        done(outcome.map_err(CommitError::Refused));
    }
}

/// Your clock and your randomness: the domain has neither.
struct Machine(SystemRandom);

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a clock reads the time")]
    fn now(&self) -> Timestamp {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        Timestamp::EPOCH.plus(since)
    }
}

impl Entropy for Machine {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(self.0.fill(bytes).is_ok(), "no randomness, no keys");
    }
}

/// Mints for one paid order twice, as two nodes do that hear of one payment; tells what came of it.
fn sell() -> Result<Vec<String>, Box<dyn Error>> {
    let machine = Machine(SystemRandom::new());
    let keys = KeyRing::new(MasterKey::parse(&"5a".repeat(32))?, Vec::new())?;
    let env = Env {
        clock: &machine,
        entropy: &machine,
        keys: &keys,
    };
    let store = Shelf::default();
    let product = product(&env)?;
    let order = order(&env, &product)?;
    let customer = CustomerId::new(env.now(), env.random());
    let unit = OrderUnit {
        order: order.id.clone(),
        line: 0,
        unit: 0,
    };

    let mut told = Vec::new();
    for _ in 0..2 {
        // Decide: a license with a key of its own. Nothing has happened yet.
        let minted = mint(&env, &order, &product, &customer, unit.clone(), env.now())?;
        let masked = minted.license.masked_key.clone();
        // Commit: one unit of an order has one license, whoever comes first.
        let mut changes = env.changes(env.now());
        changes.licenses.push(Put::new(minted.license));
        told.push(match store.commit(changes) {
            Ok(_) => format!("minted {masked}"),
            Err(CommitError::Refused(Refusal::Exists(Row::LicenseUnit(_)))) => {
                "refused: the order has its license".to_owned()
            }
            Err(other) => return Err(other.into()),
        });
    }
    Ok(told)
}

/// What you sell: a product, whose key secret is sealed under your master key.
fn product(env: &Env<'_>) -> Result<Product, Box<dyn Error>> {
    let secret = env.random::<32>();
    Ok(Product {
        tenant: TenantId::parse("acme")?,
        id: ProductId::parse("pixel")?,
        display_name: DisplayName::parse("Pixel Studio")?,
        key_prefix: KeyPrefix::parse("PIXL")?,
        key_format: KeyFormat::Classic,
        key_secret: env.seal(SealedField::PRODUCT_KEY_SECRET, "acme/pixel", &secret),
        created_at: env.now(),
    })
}

/// An order that you know to be paid.
fn order(env: &Env<'_>, product: &Product) -> Result<Order, Box<dyn Error>> {
    Ok(Order {
        id: OrderId::new(env.now(), env.random()),
        tenant: product.tenant.clone(),
        mode: Mode::Live,
        account: StripeAccountId::parse("acct_1")?,
        product: product.id.clone(),
        key_type: KeyTypeId::parse("pro")?,
        terms: LicenseTerms {
            term: Term::parse("365d")?,
            activation_limit: 3,
            entitlements: Entitlements::default(),
        },
        price: Money::new(2_900, Currency::parse("usd")?)?,
        fee: None,
        buyer: None,
        session: None,
        status: OrderStatus::Open,
        customer: None,
        total: None,
        payment: None,
        created_at: env.now(),
        fulfilled_at: None,
        version: 1,
    })
}

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> Result<(), Box<dyn Error>> {
    for line in sell()? {
        println!("{line}");
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn one_order_has_one_license() {
    let told = sell().expect("every value above is valid");
    assert!(told[0].starts_with("minted PIXL-****-"), "{told:?}");
    assert_eq!(told[1..], ["refused: the order has its license"]);
}
