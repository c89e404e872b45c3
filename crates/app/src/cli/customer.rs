//! `mintage customer`.

use clap::{Args, Subcommand};
use mintage_api::views::sales::CustomerView;
use mintage_domain::base::email::{Email, EmailStart};
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::customer::{Customer, ExternalId};
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{CustomerFilter, Store};
use mintage_domain::usecase::sales::customer::erase_customer;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item};
use super::tenant_args::TenantArgs;

#[derive(Subcommand)]
pub(super) enum CustomerCommand {
    /// List customers, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Get a customer. `mintage license list --customer` lists the customer's licenses.
    Get {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The customer's id: cus_...
        #[arg(long, value_parser = CustomerId::parse)]
        id: CustomerId,
    },
    /// Erase the personal data of a customer, for good. Licenses stay valid, orders and payments known.
    Erase {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The customer's id: cus_...
        #[arg(long, value_parser = CustomerId::parse)]
        id: CustomerId,
    },
}

#[derive(Args)]
pub(super) struct FilterArgs {
    /// Only customers of this mode: live or sandbox.
    #[arg(long, value_parser = Mode::parse)]
    mode: Option<Mode>,
    /// Only the customers with this e-mail address.
    #[arg(long, value_parser = Email::parse)]
    email: Option<Email>,
    /// Only customers whose e-mail address starts with this text.
    #[arg(long, value_parser = EmailStart::parse)]
    q: Option<EmailStart>,
    /// Only customers with this external id, which the seller has set.
    #[arg(long, value_parser = ExternalId::parse)]
    external_id: Option<ExternalId>,
}

struct CustomerFormat;

impl Format<5> for CustomerFormat {
    type Item = Customer;

    const HEADING: [&'static str; 5] = ["id", "mode", "email", "external id", "name"];

    fn view(&self, customer: &Customer) -> impl Serialize {
        CustomerView::of(customer)
    }

    fn row(&self, customer: &Customer) -> [String; 5] {
        [
            customer.id.to_string(),
            customer.mode.to_string(),
            customer.email.to_string(),
            customer.external_id.as_deref().unwrap_or("-").to_owned(),
            customer.name.as_deref().unwrap_or("-").to_owned(),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: CustomerCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        CustomerCommand::List { tenant, filter } => list(store, &tenant, filter),
        CustomerCommand::Get { tenant, id } => {
            let customer = store.customer(&tenant.tenant, &id)?.ok_or("not found")?;
            print_item(CustomerFormat, tenant.json, customer)
        }
        CustomerCommand::Erase { tenant, id } => {
            erase_customer(store, env, &tenant.tenant, &id, &Actor::Operator)?;
            let customer = store.customer(&tenant.tenant, &id)?.ok_or("not found")?;
            print_item(CustomerFormat, tenant.json, customer)
        }
    })
}

fn list(store: &dyn Store, tenant: &TenantArgs, filter: FilterArgs) -> CommandResult {
    tenant.check_exists(store)?;
    let filter = CustomerFilter {
        mode: filter.mode,
        email: filter.email,
        email_start: filter.q,
        external_id: filter.external_id,
    };
    print_list(CustomerFormat, tenant.json, |page| {
        store.customers(&tenant.tenant, &filter, page)
    })
}
