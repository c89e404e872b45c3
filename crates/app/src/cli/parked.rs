//! `mintage parked`.

use clap::Subcommand;
use mintage_api::views::stripe::ParkedEvent;
use mintage_domain::base::id::StripeEventId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::usecase::stripe::parked::retry;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item};
use super::tenant_args::TenantArgs;

#[derive(Subcommand)]
pub(super) enum ParkedCommand {
    /// List Stripe events that should have issued a license and could not yet, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
    },
    /// Retry an event with the next sweep of a running server, also one that was given up.
    Retry {
        #[command(flatten)]
        tenant: TenantArgs,
        /// Stripe's id of the event: evt_...
        #[arg(long, value_parser = StripeEventId::parse)]
        id: StripeEventId,
    },
}

struct ParkedFormat;

impl Format<5> for ParkedFormat {
    type Item = ProcessedEvent;

    const HEADING: [&'static str; 5] = ["id", "type", "status", "retry", "reason"];

    fn view(&self, event: &ProcessedEvent) -> impl Serialize {
        ParkedEvent::of(event)
    }

    fn row(&self, event: &ProcessedEvent) -> [String; 5] {
        let retry_at = match &event.outcome {
            EventOutcome::Parked { retry_at, .. } => Some(*retry_at),
            EventOutcome::GivenUp(_) | EventOutcome::Applied | EventOutcome::Ignored(_) => None,
        };
        let reason = event.outcome.waiting().map(|it| it.reason.clone());
        [
            event.id.to_string(),
            event.kind.clone(),
            event.outcome.as_str().to_owned(),
            retry_at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339),
            reason.unwrap_or_default(),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: ParkedCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        ParkedCommand::List { tenant } => {
            tenant.check_exists(store)?;
            print_list(ParkedFormat, tenant.json, |page| {
                store.parked(&tenant.tenant, page)
            })
        }
        ParkedCommand::Retry { tenant, id } => {
            let event = retry(store, env, &tenant.tenant, &id, &Actor::Operator)?;
            print_item(ParkedFormat, tenant.json, event)
        }
    })
}
