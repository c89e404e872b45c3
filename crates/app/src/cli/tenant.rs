//! `mintage tenant` and `mintage token`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use mintage_domain::base::email::Email;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::outbox::mail::switch;
use mintage_domain::usecase::sellers::tenant::{change_plan, create_tenant, create_token};
use serde_json::json;

use super::common::{Common, with_store};
use super::listing::each;
use super::output::{Outcome, say};

#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Creates a tenant and prints its first management token, once.
    Create(Create),
    /// Lists the tenants, newest first.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Switches the mails with license keys to a tenant's buyers on or off.
    Mail(MailSwitch),
    /// Changes the plan of a tenant.
    Plan {
        /// The tenant's slug.
        #[arg(long, value_parser = TenantId::parse)]
        id: TenantId,
        /// free, starter, plus or pro.
        #[arg(long, value_parser = Plan::parse)]
        plan: Plan,
    },
}

#[derive(Args)]
pub(super) struct MailSwitch {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    id: TenantId,
    /// Mail each new key.
    #[arg(long, required_unless_present = "off", conflicts_with = "off")]
    on: bool,
    /// Mail none.
    #[arg(long)]
    off: bool,
}

#[derive(Args)]
pub(super) struct Create {
    /// The tenant's slug: in URLs, events and metadata.
    #[arg(long, value_parser = TenantId::parse)]
    id: TenantId,
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

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Creates a management token and prints it, once.
    Create {
        /// The tenant's slug.
        #[arg(long, value_parser = TenantId::parse)]
        tenant: TenantId,
        /// What it may do, such as products:read; all of it by default.
        #[arg(long = "scope", value_parser = TokenScope::parse)]
        scopes: Vec<TokenScope>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(common: &Common, command: TenantCommand) -> Outcome {
    with_store(common, |store, env| match command {
        TenantCommand::Create(new) => create(store, env, &new),
        TenantCommand::List { json } => list(store, json),
        TenantCommand::Mail(MailSwitch { id, on, .. }) => {
            let tenant = switch(store, env, &id, &Actor::Operator, on)?;
            let state = if tenant.mails { "on" } else { "off" };
            say(format!("mail of {} is {state}", tenant.id))?;
            Ok(())
        }
        TenantCommand::Plan { id, plan } => {
            let tenant = change_plan(store, env, &id, plan)?;
            say(format!(
                "{} is on the plan {}",
                tenant.id,
                tenant.plan.as_str()
            ))?;
            Ok(())
        }
    })
}

fn create(store: &dyn Store, env: &Env<'_>, new: &Create) -> Outcome {
    let made = create_tenant(store, env, &new.id, &new.email, new.plan)?;
    if new.json {
        say(json!({"tenant": made.tenant.id, "managementToken": made.token.expose()}))?;
    } else {
        say(format!("tenant            {}", made.tenant.id))?;
        say(format!("management token  {}", made.token.expose()))?;
        say("The token is shown this once.")?;
    }
    Ok(())
}

fn list(store: &dyn Store, as_json: bool) -> Outcome {
    each(
        |page| store.tenants(page),
        |tenant| {
            let (id, email) = (&tenant.id, &tenant.email);
            let created = tenant.created_at.to_rfc3339();
            let plan = tenant.plan.as_str();
            if as_json {
                say(json!({"tenant": id, "email": email, "plan": plan, "createdAt": created}))
            } else {
                say(format!("{id:<32}  {plan:<8}  {email}  {created}"))
            }
        },
    )
}

pub(super) fn run_token(common: &Common, command: TokenCommand) -> Outcome {
    let TokenCommand::Create {
        tenant,
        scopes,
        json,
    } = command;
    let scopes: BTreeSet<TokenScope> = if scopes.is_empty() {
        TokenScope::ALL.into()
    } else {
        scopes.into_iter().collect()
    };
    with_store(common, |store, env| {
        let (id, token) = create_token(store, env, &tenant, &scopes)?;
        if json {
            say(json!({"id": id, "managementToken": token.expose()}))?;
        } else {
            say(format!("{id}  {}", token.expose()))?;
        }
        Ok(())
    })
}
