//! `mintage product`.

use clap::{Args, Subcommand};
use mintage_api::views::catalog::ProductView;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::Store;
use mintage_domain::usecase::catalog::product::{
    NewProduct, ProductPatch, create_product, set_product_archived, update_product,
};
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item};
use super::tenant_args::TenantArgs;

const OPERATOR: Actor = Actor::Operator;

#[derive(Subcommand)]
pub(super) enum ProductCommand {
    /// Create a product.
    Create {
        #[command(flatten)]
        product: ProductArgs,
        /// The name that buyers see.
        #[arg(long, value_parser = DisplayName::parse)]
        name: DisplayName,
        /// The prefix of its license keys: 2 to 8 upper-case letters and digits.
        #[arg(long, value_parser = KeyPrefix::parse)]
        prefix: KeyPrefix,
        /// The format of its license keys: classic or checked.
        #[arg(long, default_value = "classic", value_parser = KeyFormat::parse)]
        format: KeyFormat,
    },
    /// List products, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
    },
    /// Get a product.
    Get(ProductArgs),
    /// Change a product. License keys that were sold keep their prefix and format.
    Update {
        #[command(flatten)]
        product: ProductArgs,
        #[command(flatten)]
        patch: PatchArgs,
    },
    /// Stop selling a product. What was sold stays valid.
    Archive(ProductArgs),
    /// Sell an archived product again.
    Restore(ProductArgs),
}

#[derive(Args)]
pub(super) struct ProductArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// The product's slug.
    #[arg(long, value_parser = ProductId::parse)]
    id: ProductId,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct PatchArgs {
    /// The name that buyers see.
    #[arg(long, value_parser = DisplayName::parse)]
    name: Option<DisplayName>,
    /// The prefix of new license keys: 2 to 8 upper-case letters and digits.
    #[arg(long, value_parser = KeyPrefix::parse)]
    prefix: Option<KeyPrefix>,
    /// The format of new license keys: classic or checked.
    #[arg(long, value_parser = KeyFormat::parse)]
    format: Option<KeyFormat>,
}

impl ProductArgs {
    fn read(&self, store: &dyn Store) -> Result<Product, Box<dyn std::error::Error>> {
        let found = store.product(&self.tenant.tenant, &self.id)?;
        Ok(found.ok_or("not found")?)
    }

    fn print(&self, product: Product) -> CommandResult {
        print_item(ProductFormat, self.tenant.json, product)
    }
}

struct ProductFormat;

impl Format<5> for ProductFormat {
    type Item = Product;

    const HEADING: [&'static str; 5] = ["id", "prefix", "format", "status", "name"];

    fn view(&self, product: &Product) -> impl Serialize {
        ProductView::of(product)
    }

    fn row(&self, product: &Product) -> [String; 5] {
        [
            product.id.to_string(),
            product.key_prefix.to_string(),
            product.key_format.to_string(),
            product_status(product),
            product.display_name.to_string(),
        ]
    }
}

fn product_status(product: &Product) -> String {
    match product.deactivated_at {
        Some(_) if product.archived_at.is_none() => "deactivated".to_owned(),
        _ => status(product.archived_at.is_some()),
    }
}

/// The word for a product or key type that is archived or on sale.
pub(super) fn status(archived: bool) -> String {
    let word = if archived { "archived" } else { "active" };
    word.to_owned()
}

pub(super) fn run(args: &GlobalArgs, command: ProductCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        ProductCommand::Create {
            product,
            name,
            prefix,
            format,
        } => {
            let new = NewProduct {
                id: product.id.clone(),
                display_name: name,
                key_prefix: prefix,
                key_format: format,
            };
            let tenant = &product.tenant.tenant;
            product.print(create_product(store, env, tenant, &OPERATOR, &new)?)
        }
        ProductCommand::List { tenant } => {
            tenant.check_exists(store)?;
            print_list(ProductFormat, tenant.json, |page| {
                store.products(&tenant.tenant, page)
            })
        }
        ProductCommand::Get(product) => product.print(product.read(store)?),
        ProductCommand::Update { product, patch } => {
            let patch = ProductPatch {
                display_name: patch.name,
                key_prefix: patch.prefix,
                key_format: patch.format,
            };
            let target = (&product.tenant.tenant, &product.id);
            product.print(update_product(store, env, target, &OPERATOR, &patch)?)
        }
        ProductCommand::Archive(product) => {
            let target = (&product.tenant.tenant, &product.id);
            product.print(set_product_archived(store, env, target, &OPERATOR, true)?)
        }
        ProductCommand::Restore(product) => {
            let target = (&product.tenant.tenant, &product.id);
            product.print(set_product_archived(store, env, target, &OPERATOR, false)?)
        }
    })
}
