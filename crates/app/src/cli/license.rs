//! `mintage license`.

use clap::{Args, Subcommand};
use mintage_api::views::licenses::{ActivationView, LicenseView};
use mintage_api::views::outbox::ResentKey;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{ActivationId, CustomerId, LicenseId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{LicenseFilter, LicenseRecord, Store};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::licenses::activation::release;
use mintage_domain::usecase::licenses::command::{Target, extend, freeze, revoke, thaw};
use mintage_domain::usecase::licenses::reissue::reissue;
use mintage_domain::usecase::outbox::mail::MailCommandError;
use mintage_domain::usecase::outbox::resend::{MAX_RESENT, resend_all};
use mintage_runtime::problem::Problem;
use serde::Serialize;

use super::global_args::{GlobalArgs, with_config};
use super::list::print_list;
use super::output::{CommandResult, Format, Printer, print_item};
use super::tenant_args::TenantArgs;

const OPERATOR: Actor = Actor::Operator;

#[derive(Subcommand)]
pub(super) enum LicenseCommand {
    /// List licenses, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Get a license, with its key masked.
    Get(LicenseArgs),
    /// Freeze a license until somebody thaws it.
    Freeze(LicenseArgs),
    /// Thaw a license that was frozen by `freeze` or by the API.
    Thaw(LicenseArgs),
    /// Extend the term of a license.
    Extend {
        #[command(flatten)]
        license: LicenseArgs,
        /// 30d from its end or from now, whichever is later; a time such as 2027-01-01T00:00:00Z;
        /// or lifetime.
        #[arg(long, value_parser = Term::parse)]
        duration: Term,
    },
    /// Give a license another key, which its buyer gets by mail; the old key is not valid any more.
    Reissue(LicenseArgs),
    /// Revoke a license for good.
    Revoke(LicenseArgs),
    /// Mail license keys to their buyers again, by a running server with a mail server.
    Resend {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The ids of up to 100 licenses: lic_...
        #[arg(required = true, num_args = 1..=MAX_RESENT, value_name = "ID")]
        ids: Vec<String>,
    },
    /// List the activations of a license, active and released.
    Activations(LicenseArgs),
    /// Release an activation, so that another device can be activated.
    Release {
        #[command(flatten)]
        license: LicenseArgs,
        /// The activation's id: act_...
        #[arg(long, value_parser = ActivationId::parse)]
        activation: ActivationId,
    },
}

#[derive(Args)]
pub(super) struct LicenseArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// The license's id: lic_...
    #[arg(long, value_parser = LicenseId::parse)]
    id: LicenseId,
}

#[derive(Args)]
pub(super) struct FilterArgs {
    /// Only licenses of this product.
    #[arg(long, value_parser = ProductId::parse)]
    product: Option<ProductId>,
    /// Only licenses of this mode: live or sandbox.
    #[arg(long, value_parser = Mode::parse)]
    mode: Option<Mode>,
    /// Only licenses that are ACTIVE, FROZEN, EXPIRED or REVOKED.
    #[arg(long, value_parser = State::parse)]
    status: Option<State>,
    /// Only licenses of this customer: cus_...
    #[arg(long, value_parser = CustomerId::parse)]
    customer: Option<CustomerId>,
    /// Only licenses of the customers with this e-mail address.
    #[arg(long, value_parser = Email::parse)]
    email: Option<Email>,
}

impl LicenseArgs {
    fn target(&self) -> Target<'_> {
        Target {
            tenant: &self.tenant.tenant,
            id: &self.id,
            actor: &OPERATOR,
        }
    }

    fn read(&self, store: &dyn Store) -> Result<LicenseRecord, Box<dyn std::error::Error>> {
        let record = store.license(&self.tenant.tenant, &self.id)?;
        Ok(record.ok_or("not found")?)
    }

    fn print(&self, record: LicenseRecord, now: Timestamp) -> CommandResult {
        print_item(LicenseFormat { now }, self.tenant.json, record)
    }
}

struct LicenseFormat {
    now: Timestamp,
}

impl Format<7> for LicenseFormat {
    type Item = LicenseRecord;

    const HEADING: [&'static str; 7] = [
        "id", "key", "status", "mode", "key type", "email", "expires",
    ];

    fn view(&self, record: &LicenseRecord) -> impl Serialize {
        LicenseView::of(record, self.now)
    }

    fn row(&self, record: &LicenseRecord) -> [String; 7] {
        let license = &record.license;
        let end = license.standing.expires_at().map(Timestamp::to_rfc3339);
        [
            license.id.to_string(),
            license.masked_key.clone(),
            license.state(self.now).as_str().to_owned(),
            license.mode.to_string(),
            format!("{}/{}", license.product, license.key_type),
            record.email.to_string(),
            end.unwrap_or_else(|| "lifetime".to_owned()),
        ]
    }
}

struct ActivationFormat;

impl Format<4> for ActivationFormat {
    type Item = Activation;

    const HEADING: [&'static str; 4] = ["id", "fingerprint", "status", "last seen"];

    fn view(&self, activation: &Activation) -> impl Serialize {
        ActivationView::of(activation)
    }

    fn row(&self, activation: &Activation) -> [String; 4] {
        let status = if activation.is_active() {
            "active"
        } else {
            "released"
        };
        [
            activation.id.to_string(),
            activation.fingerprint.as_str().to_owned(),
            status.to_owned(),
            activation.last_seen.to_rfc3339(),
        ]
    }
}

struct ResentFormat;

impl Format<4> for ResentFormat {
    /// The id as it was given, and the mail.
    type Item = (String, Result<QueuedMail, MailCommandError>);

    const HEADING: [&'static str; 4] = ["license", "mail", "to", "problem"];

    fn view(&self, (id, result): &Self::Item) -> impl Serialize {
        ResentKey::of(id.clone(), result.clone().map_err(Problem::from))
    }

    fn row(&self, (id, result): &Self::Item) -> [String; 4] {
        let none = || "-".to_owned();
        let (mail, to, problem) = match result {
            Ok(mail) => (mail.id.to_string(), mail.to.to_string(), none()),
            Err(error) => (none(), none(), error.to_string()),
        };
        [id.clone(), mail, to, problem]
    }
}

pub(super) fn run(args: &GlobalArgs, command: LicenseCommand) -> CommandResult {
    with_config(args, |config, store, env| {
        let now = env.now();
        match command {
            LicenseCommand::List { tenant, filter } => list(store, &tenant, filter, now),
            LicenseCommand::Get(license) => license.print(license.read(store)?, now),
            LicenseCommand::Freeze(license) => {
                license.print(freeze(store, env, license.target())?, now)
            }
            LicenseCommand::Thaw(license) => {
                license.print(thaw(store, env, license.target())?, now)
            }
            LicenseCommand::Extend { license, duration } => {
                license.print(extend(store, env, license.target(), duration)?, now)
            }
            LicenseCommand::Reissue(license) => {
                license.print(reissue(store, env, license.target())?, now)
            }
            LicenseCommand::Revoke(license) => {
                let tenant = &license.tenant.tenant;
                let revoked = revoke(store, env, tenant, &license.id, &OPERATOR)?;
                license.print(revoked, now)
            }
            LicenseCommand::Resend { tenant, ids } => {
                resend(store, env, &tenant, &ids, config.settings.mail.is_some())
            }
            LicenseCommand::Activations(license) => list_activations(store, &license),
            LicenseCommand::Release {
                license,
                activation,
            } => release_activation(store, env, &license, &activation),
        }
    })
}

fn list(
    store: &dyn Store,
    tenant: &TenantArgs,
    filter: FilterArgs,
    now: Timestamp,
) -> CommandResult {
    tenant.check_exists(store)?;
    let filter = LicenseFilter {
        product: filter.product,
        mode: filter.mode,
        state: filter.status.map(|state| (state, now)),
        customer: filter.customer,
        email: filter.email,
        metadata: Vec::new(),
    };
    print_list(LicenseFormat { now }, tenant.json, |page| {
        store.licenses(&tenant.tenant, &filter, page)
    })
}

/// Fails if a key is not sent, after all results are printed.
fn resend(
    store: &dyn Store,
    env: &Env<'_>,
    tenant: &TenantArgs,
    ids: &[String],
    is_configured: bool,
) -> CommandResult {
    let results = resend_all(store, env, &tenant.tenant, ids, &OPERATOR, is_configured)?;
    let items: Vec<_> = ids.iter().cloned().zip(results).collect();
    Printer::new(ResentFormat, tenant.json).print(&items)?;
    let failed = items.iter().filter(|(_, result)| result.is_err()).count();
    if failed > 0 {
        return Err(format!("{failed} of {} keys are not sent", items.len()).into());
    }
    Ok(())
}

fn list_activations(store: &dyn Store, license: &LicenseArgs) -> CommandResult {
    license.read(store)?;
    print_list(ActivationFormat, license.tenant.json, |page| {
        store.activations(&license.tenant.tenant, &license.id, page)
    })
}

fn release_activation(
    store: &dyn Store,
    env: &Env<'_>,
    license: &LicenseArgs,
    id: &ActivationId,
) -> CommandResult {
    let tenant = &license.tenant;
    let released = release(store, env, &tenant.tenant, (&license.id, id), &OPERATOR)?;
    print_item(ActivationFormat, tenant.json, released)
}
