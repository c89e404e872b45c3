//! A shop that takes money by itself and embeds the domain: it sells, validates, activates and refunds, and
//! keeps everything in one file. Run it with
//! `cargo run -p mintage-domain --features serde --example embed`.

mod journal;
mod reads;
mod state;
mod system;

use std::error::Error;
use std::path::Path;
use std::{env, fs, process};

use mintage_domain::base::email::Email;
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::catalog::sale::SaleOptions;
use mintage_domain::model::licenses::activation::{Device, Fingerprint};
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sales::external_order::Reference;
use mintage_domain::model::sellers::audit::{Actor, ServiceName};
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::catalog::key_type::{NewKeyType, create_key_type};
use mintage_domain::usecase::catalog::product::{NewProduct, create_product};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::licenses::activation::{Activated, ActivationSelector};
use mintage_domain::usecase::licenses::direct::{activate, deactivate, validate};
use mintage_domain::usecase::licenses::issue::NewCustomer;
use mintage_domain::usecase::licenses::validate::Reason;
use mintage_domain::usecase::sales::external::{
    OrderRefund, PaidOrder, record_paid, record_refund,
};
use mintage_domain::usecase::sellers::tenant::create_tenant;

use crate::journal::JournalStore;
use crate::system::System;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let file = env::temp_dir().join(format!("mintage-embed-{}.jsonl", process::id()));
    let outcome = run(&file);
    fs::remove_file(&file)?;
    outcome
}

/// One day of the shop. The store is closed and opened again between the steps.
fn run(file: &Path) -> Outcome<()> {
    let system = System::new()?;
    let env = system.env();
    let caller = set_up(&JournalStore::open(file)?, &env)?;
    let key = sell(&JournalStore::open(file)?, &env, &caller)?;
    use_license(&JournalStore::open(file)?, &env, &caller, &key)?;
    give_back(&JournalStore::open(file)?, &env, &caller)?;
    end(&JournalStore::open(file)?, &env, &caller, &key)
}

/// Creates the seller, a product and what is sold of it.
fn set_up(store: &JournalStore, env: &Env<'_>) -> Outcome<Caller> {
    let tenant = TenantId::parse("acme")?;
    let service = ServiceName::parse("acme-shop")?;
    let actor = Actor::Service(service.clone());
    create_tenant(
        store,
        env,
        &tenant,
        &Email::parse("sales@acme.test")?,
        Plan::Pro,
    )?;
    let product = NewProduct {
        id: ProductId::parse("pixel")?,
        display_name: DisplayName::parse("Pixel Studio")?,
        key_prefix: KeyPrefix::parse("PIXL")?,
        key_format: KeyFormat::Checked,
    };
    create_product(store, env, &tenant, &actor, &product)?;
    let key_type = NewKeyType {
        id: KeyTypeId::parse("pro")?,
        display_name: DisplayName::parse("Pro")?,
        terms: LicenseTerms::with_defaults(
            Some(Term::parse("365d")?),
            Some(2),
            Some(Entitlements::parse(["export".to_owned()])?),
        ),
        sale: SaleOptions::default(),
        recurrence: None,
        reminder_days: None,
        price: None,
    };
    create_key_type(store, env, &tenant, &product.id, &actor, &key_type)?;
    Ok(Caller::service(service, tenant, product.id, Mode::Live))
}

/// The payment provider of the shop reports a payment twice, as providers do.
fn sell(store: &JournalStore, env: &Env<'_>, caller: &Caller) -> Outcome<String> {
    let paid = PaidOrder {
        reference: Reference::parse("order-17")?,
        key_type: KeyTypeId::parse("pro")?,
        quantity: 1,
        terms: None,
        total: usd(4_900)?,
        buyer: NewCustomer {
            email: Email::parse("ada@example.test")?,
            name: None,
            external_id: None,
            metadata: Metadata::default(),
        },
        notes: None,
        metadata: Metadata::default(),
    };
    let first = record_paid(store, env, caller, &paid)?;
    let again = record_paid(store, env, caller, &paid)?;
    let sold = first.licenses.first().ok_or("nothing was sold")?;
    let is_same = again
        .licenses
        .first()
        .is_some_and(|it| it.license.id == sold.license.id);
    check(
        "an order that is paid twice mints once",
        again.again && is_same,
    )?;
    Ok(sold.key.expose().to_owned())
}

fn use_license(store: &JournalStore, env: &Env<'_>, caller: &Caller, key: &str) -> Outcome<()> {
    let valid = validate(store, env, caller, &key.to_lowercase(), None)?;
    check("the key is valid, however it is typed", valid.is_valid())?;
    for (name, fits) in [
        ("laptop", true),
        ("desktop", true),
        ("laptop", true),
        ("phone", false),
    ] {
        let activated = activate(store, env, caller, key, &device(name)?)?;
        let is_active = matches!(activated, Activated::Active(..));
        check(
            &format!("a {name} of two devices: {fits}"),
            is_active == fits,
        )?;
    }
    let laptop = ActivationSelector::Fingerprint(device("laptop")?.fingerprint);
    let released = deactivate(store, env, caller, key, &laptop)?;
    check("the laptop gives its place back", released)?;
    let activated = activate(store, env, caller, key, &device("phone")?)?;
    check(
        "and the phone takes it",
        matches!(activated, Activated::Active(..)),
    )
}

fn give_back(store: &JournalStore, env: &Env<'_>, caller: &Caller) -> Outcome<()> {
    let part = OrderRefund {
        order: Reference::parse("order-17")?,
        refund: Reference::parse("refund-1")?,
        amount: usd(900)?,
        failed: false,
    };
    let recorded = record_refund(store, env, caller, &part)?;
    check("a part of the money goes back", !recorded.is_full)?;
    let rest = OrderRefund {
        refund: Reference::parse("refund-2")?,
        amount: usd(4_000)?,
        ..part
    };
    let recorded = record_refund(store, env, caller, &rest)?;
    check("and then the rest", recorded.is_full)
}

fn end(store: &JournalStore, env: &Env<'_>, caller: &Caller, key: &str) -> Outcome<()> {
    let refunded = validate(store, env, caller, key, None)?;
    let is_revoked = refunded.reason == Some(Reason::Revoked);
    check("the license of a refunded order is revoked", is_revoked)
}

fn usd(cents: i64) -> Outcome<Money> {
    Ok(Money::new(cents, Currency::parse("usd")?)?)
}

fn device(name: &str) -> Outcome<Device> {
    Ok(Device {
        fingerprint: Fingerprint::parse(name)?,
        hostname: None,
        os: None,
        metadata: None,
    })
}

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn check(what: &str, holds: bool) -> Outcome<()> {
    println!("{what}: {}", if holds { "yes" } else { "no" });
    holds.then_some(()).ok_or_else(|| what.into())
}
