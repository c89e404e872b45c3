//! `mintage key-type`.

use clap::{Args, Subcommand};
use mintage_api::views::catalog::KeyTypeView;
use mintage_domain::base::change::Change;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price;
use mintage_domain::model::catalog::sale::SaleOptions;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::recurrence::{
    Interval, InvalidRecurrence, Recurrence, RecurrenceChange,
};
use mintage_domain::model::licenses::term::{Days, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::Store;
use mintage_domain::usecase::catalog::key_type::{
    KeyTypePatch, KeyTypeRef, NewKeyType, create_key_type, set_key_type_archived, update_key_type,
};
use mintage_domain::usecase::env::Env;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item};
use super::product::status;
use super::sale_args::SaleArgs;
use super::tenant_args::TenantArgs;

const OPERATOR: Actor = Actor::Operator;

/// The largest activation limit, for the command line.
const MAX_ACTIVATIONS: i64 = LicenseTerms::MAX_ACTIVATIONS as i64;

/// The most days of a reminder, for the command line.
const MAX_REMINDER_DAYS: i64 = KeyType::MAX_REMINDER_DAYS as i64;

#[derive(Subcommand)]
pub(super) enum KeyTypeCommand {
    /// Create a key type.
    Create {
        #[command(flatten)]
        key_type: KeyTypeArgs,
        /// The name that buyers see.
        #[arg(long, value_parser = DisplayName::parse)]
        name: DisplayName,
        #[command(flatten)]
        terms: TermArgs,
        #[command(flatten)]
        price: PriceArgs,
        #[command(flatten)]
        sale: SaleArgs,
        #[command(flatten)]
        recurrence: RecurrenceArgs,
    },
    /// List the key types of a product, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The product's slug.
        #[arg(long, value_parser = ProductId::parse)]
        product: ProductId,
    },
    /// Get a key type.
    Get(KeyTypeArgs),
    /// Change a key type. What was sold keeps its terms. After a change of the name or the price, call
    /// setup-prices, which changes them at Stripe.
    Update {
        #[command(flatten)]
        key_type: KeyTypeArgs,
        /// The name that buyers see.
        #[arg(long, value_parser = DisplayName::parse)]
        name: Option<DisplayName>,
        #[command(flatten)]
        terms: TermArgs,
        #[command(flatten)]
        price: PriceArgs,
        #[command(flatten)]
        sale: SaleArgs,
        /// New licenses include updates without a limit.
        #[arg(long, conflicts_with = "updates_for")]
        no_updates_limit: bool,
        /// Take the key type off sale by checkout.
        #[arg(long, conflicts_with_all = ["price", "currency"])]
        no_price: bool,
        #[command(flatten)]
        recurrence: RecurrenceArgs,
        /// Make a recurring key type one that is paid once.
        #[arg(long, conflicts_with = "interval")]
        no_interval: bool,
    },
    /// Stop selling a key type. What was sold stays valid.
    Archive(KeyTypeArgs),
    /// Sell an archived key type again.
    Restore(KeyTypeArgs),
}

#[derive(Args)]
pub(super) struct KeyTypeArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// The product's slug.
    #[arg(long, value_parser = ProductId::parse)]
    product: ProductId,
    /// The key type's slug.
    #[arg(long, value_parser = KeyTypeId::parse)]
    id: KeyTypeId,
}

#[derive(Args)]
pub(super) struct TermArgs {
    /// How long a license is valid: lifetime, or days such as 365d.
    #[arg(long, value_parser = Term::parse)]
    duration: Option<Term>,
    /// The most devices on which a license may be active.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=MAX_ACTIVATIONS))]
    activations: Option<u32>,
    /// A feature that a license unlocks; give the option once for each feature.
    #[arg(long = "entitlement")]
    entitlements: Vec<String>,
    /// For how long a license includes updates: days such as 365d.
    #[arg(long, value_parser = Days::parse)]
    updates_for: Option<Days>,
    /// From when the days of the duration count: issue or first_activation.
    #[arg(long, value_parser = TermFrom::parse)]
    term_from: Option<TermFrom>,
    /// How many days before the end of a license the seller is reminded; 0 for no reminder.
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=MAX_REMINDER_DAYS))]
    reminder_days: Option<u16>,
}

#[derive(Args)]
pub(super) struct PriceArgs {
    /// The price in minor units of its currency: 2900 is 29.00 USD, or 2900 JPY.
    #[arg(long)]
    price: Option<i64>,
    /// The currency of the price, such as usd.
    #[arg(long, value_parser = Currency::parse)]
    currency: Option<Currency>,
}

#[derive(Args)]
pub(super) struct RecurrenceArgs {
    /// Makes the key type recurring: day, week, month or year.
    #[arg(long, value_parser = Interval::parse)]
    interval: Option<Interval>,
    /// How many intervals a period has; a period is at most 3 years.
    #[arg(long)]
    interval_count: Option<u16>,
    /// How many days are free before the first payment.
    #[arg(long)]
    trial_days: Option<u16>,
    /// How many days after a failed payment a license stays active.
    #[arg(long)]
    grace_days: Option<u16>,
}

impl RecurrenceArgs {
    fn change(&self, no_interval: bool) -> RecurrenceChange {
        RecurrenceChange {
            interval: match self.interval {
                Some(interval) => Change::Set(interval),
                None if no_interval => Change::Clear,
                None => Change::Keep,
            },
            count: self.interval_count.map_or(Change::Keep, Change::Set),
            trial_days: self.trial_days.map_or(Change::Keep, Change::Set),
            grace_days: self.grace_days.map_or(Change::Keep, Change::Set),
        }
    }
}

impl TermArgs {
    fn entitlements(&self) -> Result<Option<Entitlements>, Box<dyn std::error::Error>> {
        if self.entitlements.is_empty() {
            return Ok(None);
        }
        Ok(Some(Entitlements::parse(self.entitlements.clone())?))
    }
}

impl KeyTypeArgs {
    fn target(&self) -> KeyTypeRef<'_> {
        KeyTypeRef {
            tenant: &self.tenant.tenant,
            product: &self.product,
            id: &self.id,
        }
    }

    fn read(&self, store: &dyn Store) -> Result<KeyType, Box<dyn std::error::Error>> {
        let found = store.key_type(&self.tenant.tenant, &self.product, &self.id)?;
        Ok(found.ok_or("not found")?)
    }

    fn print(&self, key_type: KeyType) -> CommandResult {
        print_item(KeyTypeFormat, self.tenant.json, key_type)
    }

    fn create(
        &self,
        store: &dyn Store,
        env: &Env<'_>,
        name: DisplayName,
        (terms, price, sale, recurrence): (&TermArgs, &PriceArgs, &SaleArgs, &RecurrenceArgs),
    ) -> CommandResult {
        if recurrence.interval.is_some() && terms.duration.is_some() {
            return Err(InvalidRecurrence::WithDuration.into());
        }
        let agreed =
            LicenseTerms::with_defaults(terms.duration, terms.activations, terms.entitlements()?);
        let new = NewKeyType {
            id: self.id.clone(),
            display_name: name,
            terms: LicenseTerms {
                updates_for: terms.updates_for,
                term_from: terms.term_from.unwrap_or_default(),
                ..agreed
            },
            price: price::price(price.price, price.currency)?,
            sale: sale.patch().apply(SaleOptions::default())?,
            recurrence: recurrence.change(false).apply(None)?,
            reminder_days: terms.reminder_days,
        };
        let (tenant, product) = (&self.tenant.tenant, &self.product);
        let created = create_key_type(store, env, tenant, product, &OPERATOR, &new)?;
        self.print(created)
    }
}

struct KeyTypeFormat;

impl Format<7> for KeyTypeFormat {
    type Item = KeyType;

    const HEADING: [&'static str; 7] = [
        "product",
        "id",
        "duration",
        "activations",
        "price",
        "status",
        "name",
    ];

    fn view(&self, key_type: &KeyType) -> impl Serialize {
        KeyTypeView::of(key_type)
    }

    fn row(&self, key_type: &KeyType) -> [String; 7] {
        [
            key_type.product.to_string(),
            key_type.id.to_string(),
            match key_type.recurrence {
                Some(Recurrence { billing, .. }) => {
                    format!("every {} {}", billing.count, billing.interval)
                }
                None => key_type.terms.term.to_string(),
            },
            key_type.terms.activation_limit.to_string(),
            key_type
                .price
                .as_ref()
                .map_or_else(|| "-".to_owned(), Money::to_string),
            status(key_type.archived_at.is_some()),
            key_type.display_name.to_string(),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: KeyTypeCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        KeyTypeCommand::Create {
            key_type,
            name,
            terms,
            price,
            sale,
            recurrence,
        } => key_type.create(store, env, name, (&terms, &price, &sale, &recurrence)),
        KeyTypeCommand::List { tenant, product } => {
            let found = store.product(&tenant.tenant, &product)?;
            found.ok_or("no such product")?;
            print_list(KeyTypeFormat, tenant.json, |page| {
                store.key_types(&tenant.tenant, Some(&product), page)
            })
        }
        KeyTypeCommand::Get(key_type) => key_type.print(key_type.read(store)?),
        KeyTypeCommand::Update {
            key_type,
            name,
            terms,
            price,
            sale,
            no_updates_limit,
            no_price,
            recurrence,
            no_interval,
        } => {
            let patch = KeyTypePatch {
                display_name: name,
                term: terms.duration,
                activation_limit: terms.activations,
                entitlements: terms.entitlements()?,
                price_amount: if no_price {
                    Change::Clear
                } else {
                    price.price.map_or(Change::Keep, Change::Set)
                },
                price_currency: price.currency.map_or(Change::Keep, Change::Set),
                sale: sale.patch(),
                updates_for: if no_updates_limit {
                    Change::Clear
                } else {
                    terms.updates_for.map_or(Change::Keep, Change::Set)
                },
                term_from: terms.term_from,
                recurrence: recurrence.change(no_interval),
                reminder_days: terms.reminder_days.map_or(Change::Keep, Change::Set),
            };
            let target = key_type.target();
            key_type.print(update_key_type(store, env, target, &OPERATOR, &patch)?)
        }
        KeyTypeCommand::Archive(key_type) => {
            let target = key_type.target();
            key_type.print(set_key_type_archived(store, env, target, &OPERATOR, true)?)
        }
        KeyTypeCommand::Restore(key_type) => {
            let target = key_type.target();
            key_type.print(set_key_type_archived(store, env, target, &OPERATOR, false)?)
        }
    })
}
