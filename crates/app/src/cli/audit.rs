//! `mintage audit`.

use clap::{Args, Subcommand};
use mintage_api::views::AuditEntryView;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{AuditFilter, Store};

use super::common::{Common, with_store};
use super::listing::each;
use super::output::Outcome;
use super::tenant_args::Of;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Lists what was done and by whom, newest first.
    List {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub(super) struct Which {
    /// Only this action, such as license.frozen.
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this: an id or a slug.
    #[arg(long)]
    target: Option<String>,
    /// Only what this actor did: operator, token:tok_..., api-key:ak_..., seller, stripe, system.
    #[arg(long)]
    actor: Option<String>,
    /// Only what was done then or later, such as 2027-01-01.
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    from: Option<Timestamp>,
    /// Only what was done before.
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    to: Option<Timestamp>,
}

pub(super) fn run(common: &Common, command: AuditCommand) -> Outcome {
    let AuditCommand::List { of, which } = command;
    with_store(common, |store, _| list(store, &of, which))
}

fn list(store: &dyn Store, of: &Of, which: Which) -> Outcome {
    of.check_exists(store)?;
    let filter = AuditFilter {
        action: which.action,
        target: which.target,
        actor: which.actor,
        from: which.from,
        to: which.to,
    };
    each(
        |page| store.audit(&of.tenant, &filter, page),
        |record| {
            of.print(&AuditEntryView::of(record), || {
                let (at, actor) = (record.at.to_rfc3339(), &record.actor);
                format!("{at}  {actor}  {}  {}", record.action, record.target)
            })
        },
    )
}
