//! `mintage tenant`.

use clap::{Args, Subcommand};
use mintage_domain::base::email::Email;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::tenant::{Plan, Tenant};
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::outbox::mail::switch;
use mintage_domain::usecase::sellers::standing::{erase, resume, suspend};
use mintage_domain::usecase::sellers::tenant::{change_plan, create_tenant};
use serde::Serialize;
use serde_json::json;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_json, print_line, print_values};

#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Create a tenant and print its first management token, once.
    Create(CreateArgs),
    /// List the tenants, newest first.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Turn the mails with license keys to a tenant's buyers on or off.
    Mail(MailArgs),
    /// Change the plan of a tenant.
    Plan {
        /// The tenant's slug.
        #[arg(long, value_parser = TenantId::parse)]
        tenant: TenantId,
        /// free, starter, plus or pro.
        #[arg(long, value_parser = Plan::parse)]
        plan: Plan,
    },
    /// Suspend a tenant: refuse the seller's calls. What was sold stays valid and is delivered.
    Suspend(OneTenant),
    /// End the suspension of a tenant.
    Resume(OneTenant),
    /// Erase the personal data of a tenant and its customers, for good. Orders and payments stay known.
    Erase(OneTenant),
}

#[derive(Args)]
pub(super) struct OneTenant {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    tenant: TenantId,
}

#[derive(Args)]
pub(super) struct MailArgs {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    tenant: TenantId,
    /// Mail each new license key to its buyer.
    #[arg(long, required_unless_present = "off", conflicts_with = "off")]
    on: bool,
    /// Mail no license keys.
    #[arg(long)]
    off: bool,
}

#[derive(Args)]
pub(super) struct CreateArgs {
    /// The tenant's slug, which appears in URLs, events and metadata.
    #[arg(long, value_parser = TenantId::parse)]
    tenant: TenantId,
    /// The e-mail address of the seller.
    #[arg(long, value_parser = Email::parse)]
    email: Email,
    /// free, starter, plus or pro.
    #[arg(long, default_value = "pro", value_parser = Plan::parse)]
    plan: Plan,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

struct TenantFormat;

impl Format<5> for TenantFormat {
    type Item = Tenant;

    const HEADING: [&'static str; 5] = ["tenant", "plan", "status", "email", "created"];

    fn view(&self, tenant: &Tenant) -> impl Serialize {
        json!({
            "tenant": tenant.id,
            "email": tenant.email,
            "plan": tenant.plan.as_str(),
            "status": tenant.status.as_str(),
            "createdAt": tenant.created_at.to_rfc3339(),
        })
    }

    fn row(&self, tenant: &Tenant) -> [String; 5] {
        [
            tenant.id.to_string(),
            tenant.plan.as_str().to_owned(),
            tenant.status.as_str().to_owned(),
            tenant.email.to_string(),
            tenant.created_at.to_rfc3339(),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: TenantCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        TenantCommand::Create(args) => create(store, env, &args),
        TenantCommand::List { json } => print_list(TenantFormat, json, |page| store.tenants(page)),
        TenantCommand::Mail(MailArgs { tenant, on, .. }) => {
            let tenant = switch(store, env, &tenant, &Actor::Operator, on)?;
            let state = if tenant.mails { "on" } else { "off" };
            Ok(print_line(format!("mail of {} is {state}", tenant.id))?)
        }
        TenantCommand::Plan { tenant, plan } => {
            let Tenant { id, plan, .. } = change_plan(store, env, &tenant, plan)?;
            Ok(print_line(format!(
                "{id} is on the plan {}",
                plan.as_str()
            ))?)
        }
        TenantCommand::Suspend(which) => {
            let tenant = suspend(store, env, &which.tenant)?;
            Ok(print_line(format!("{} is suspended", tenant.id))?)
        }
        TenantCommand::Resume(which) => {
            let tenant = resume(store, env, &which.tenant)?;
            Ok(print_line(format!("{} is active", tenant.id))?)
        }
        TenantCommand::Erase(which) => {
            let customers = erase(store, env, &which.tenant)?;
            Ok(print_line(format!(
                "{} is erased, with {customers} customers",
                which.tenant
            ))?)
        }
    })
}

fn create(store: &dyn Store, env: &Env<'_>, args: &CreateArgs) -> CommandResult {
    let created = create_tenant(store, env, &args.tenant, &args.email, args.plan)?;
    let (id, token) = (created.tenant.id, created.token.expose());
    if args.json {
        return Ok(print_json(
            &json!({"tenant": id, "managementToken": token}),
        )?);
    }
    print_values(&[("tenant", id.as_str()), ("management token", token)])?;
    Ok(print_line("The token is shown only once.")?)
}
