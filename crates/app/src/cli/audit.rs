//! `mintage audit`.

use clap::{Args, Subcommand};
use mintage_api::views::sellers::AuditEntryView;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{AuditFilter, AuditRecord, Store};
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format};
use super::tenant_args::TenantArgs;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// List who did what, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
        #[command(flatten)]
        filter: FilterArgs,
    },
}

#[derive(Args)]
pub(super) struct FilterArgs {
    /// Only this action, such as license.frozen.
    #[arg(long)]
    action: Option<String>,
    /// Only actions on this id or slug.
    #[arg(long)]
    target: Option<String>,
    /// Only actions of this actor: operator, token:tok_..., api-key:ak_..., seller, stripe, system.
    #[arg(long)]
    actor: Option<String>,
    /// Only actions at this time or later, such as 2027-01-01.
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    from: Option<Timestamp>,
    /// Only actions before this time.
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    to: Option<Timestamp>,
}

struct AuditFormat;

impl Format<6> for AuditFormat {
    type Item = AuditRecord;

    const HEADING: [&'static str; 6] = ["at", "actor", "action", "target", "address", "request"];

    fn view(&self, record: &AuditRecord) -> impl Serialize {
        AuditEntryView::of(record)
    }

    fn row(&self, record: &AuditRecord) -> [String; 6] {
        [
            record.at.to_rfc3339(),
            record.actor.clone(),
            record.action.clone(),
            record.target.clone(),
            record.address.as_deref().unwrap_or("-").to_owned(),
            record.request_id.as_deref().unwrap_or("-").to_owned(),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: AuditCommand) -> CommandResult {
    let AuditCommand::List { tenant, filter } = command;
    with_store(args, |store, _| list(store, &tenant, filter))
}

fn list(store: &dyn Store, tenant: &TenantArgs, filter: FilterArgs) -> CommandResult {
    tenant.check_exists(store)?;
    let filter = AuditFilter {
        action: filter.action,
        target: filter.target,
        actor: filter.actor,
        from: filter.from,
        to: filter.to,
    };
    print_list(AuditFormat, tenant.json, |page| {
        store.audit(&tenant.tenant, &filter, page)
    })
}
