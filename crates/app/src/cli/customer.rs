//! `mintage customer`.

use std::io;

use clap::{Args, Subcommand};
use mintage_api::views::CustomerView;
use mintage_domain::base::email::{Email, EmailStart};
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::customer::ExternalId;
use mintage_domain::ports::{CustomerFilter, Store};

use super::common::{Common, with_store};
use super::listing::each;
use super::output::Outcome;
use super::tenant_args::Of;

#[derive(Subcommand)]
pub(super) enum CustomerCommand {
    /// Lists customers, newest first.
    List {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
    /// Shows a customer. `mintage license list --customer` lists their licenses.
    Get {
        #[command(flatten)]
        of: Of,
        /// The customer's id: cus_...
        #[arg(long, value_parser = CustomerId::parse)]
        id: CustomerId,
    },
}

#[derive(Args)]
pub(super) struct Which {
    /// live or sandbox.
    #[arg(long, value_parser = Mode::parse)]
    mode: Option<Mode>,
    /// Only those with this address.
    #[arg(long, value_parser = Email::parse)]
    email: Option<Email>,
    /// Only those whose address begins like this.
    #[arg(long, value_parser = EmailStart::parse)]
    q: Option<EmailStart>,
    /// Only those with this id of the seller's own.
    #[arg(long, value_parser = ExternalId::parse)]
    external_id: Option<ExternalId>,
}

pub(super) fn run(common: &Common, command: CustomerCommand) -> Outcome {
    with_store(common, |store, _| match command {
        CustomerCommand::List { of, which } => list(store, &of, which),
        CustomerCommand::Get { of, id } => {
            let customer = store.customer(&of.tenant, &id)?.ok_or("not found")?;
            print(&of, &customer)?;
            Ok(())
        }
    })
}

fn list(store: &dyn Store, of: &Of, which: Which) -> Outcome {
    of.check_exists(store)?;
    let filter = CustomerFilter {
        mode: which.mode,
        email: which.email,
        email_start: which.q,
        external_id: which.external_id,
    };
    each(
        |page| store.customers(&of.tenant, &filter, page),
        |customer| print(of, customer),
    )
}

fn print(of: &Of, customer: &Customer) -> io::Result<()> {
    of.print(&CustomerView::of(customer), || {
        format!(
            "{}  {}  {}  {}  {}",
            customer.id,
            customer.mode,
            customer.email,
            customer.external_id.as_deref().unwrap_or("-"),
            customer.name.as_deref().unwrap_or("-"),
        )
    })
}
