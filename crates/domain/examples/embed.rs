//! Embeds the domain in another service: `cargo run -p mintage-domain --example embed`

use std::sync::{Mutex, PoisonError};

use mintage_domain::base::id::{CustomerId, OrderId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Facts;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::licenses::license::OrderUnit;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::ports::{Clock, Commit, CommitDone, CommitError, Entropy};
use mintage_domain::usecase::catalog::product::NewProduct;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::licenses::mint::{MintRequest, mint};
use ring::rand::{SecureRandom, SystemRandom};

/// Your store. This one keeps only the versions of rows and the counters, which the guards need.
struct FactStore(Mutex<Facts>);

impl Commit for FactStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = facts.admit(&changes).map(|_| Receipt::default());
        done(outcome.map_err(CommitError::Refused));
    }
}

/// Your sources of time and randomness, which the domain does not have.
struct SystemEnv(SystemRandom);

impl Clock for SystemEnv {
    #[expect(clippy::disallowed_methods, reason = "a clock reads the time")]
    fn now(&self) -> time::Timestamp {
        time::Timestamp::EPOCH.plus(std::time::UNIX_EPOCH.elapsed().unwrap_or_default())
    }
}

impl Entropy for SystemEnv {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(
            self.0.fill(bytes).is_ok(),
            "without randomness no key can be generated"
        );
    }
}

#[rustfmt::skip] // plain values, side by side
#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (store, system) = (FactStore(Mutex::default()), SystemEnv(SystemRandom::new()));
    let keys = KeyRing::new(MasterKey::parse(&"5a".repeat(32))?, Vec::new())?;
    let env = Env { clock: &system, entropy: &system, keys: &keys, origin: None };
    let (id, display_name) = (ProductId::parse("pixel")?, DisplayName::parse("Pixel Studio")?);
    let (key_prefix, key_format) = (KeyPrefix::parse("PIXL")?, KeyFormat::Classic);
    let product = NewProduct { id, display_name, key_prefix, key_format };
    let product = product.make(&env, &TenantId::parse("acme")?, env.now());
    let (term, entitlements) = (Term::parse("365d")?, Entitlements::default());
    let terms = &LicenseTerms::with_defaults(Some(term), Some(3), Some(entitlements));
    let key_type = &KeyTypeId::parse("pro")?;
    let customer = &CustomerId::new(env.now(), env.random());
    let unit = Some(&OrderUnit::only(OrderId::new(env.now(), env.random()))); // mints once
    let minted = mint(&env, &product, &MintRequest { mode: Mode::Live, key_type, terms, customer, unit }, env.now())?;
    let mut changes = env.changes(env.now());
    changes.licenses.push(Write::new(minted.license.clone()));
    println!("{}: {:?}", minted.license.masked_key, store.commit(changes)?);
    Ok(())
}
