//! `mintage license`.

use std::io;

use clap::{Args, Subcommand};
use mintage_api::views::{ActivationView, LicenseView};
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{ActivationId, CustomerId, LicenseId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::activation::Activation;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{LicenseFilter, LicenseRecord, Store};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::licenses::activation::release;
use mintage_domain::usecase::licenses::command::{Target, extend, freeze, revoke, thaw};

use super::common::{Common, with_store};
use super::listing::each;
use super::output::Outcome;
use super::tenant_args::Of;

const OPERATOR: Actor = Actor::Operator;

#[derive(Subcommand)]
pub(super) enum LicenseCommand {
    /// Lists licenses, newest first.
    List {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        which: Which,
    },
    /// Shows a license, its key masked.
    Get(One),
    /// Freezes a license until it is thawed.
    Freeze(One),
    /// Thaws a license that was frozen here or by the API.
    Thaw(One),
    /// Extends the term of a license.
    Extend {
        #[command(flatten)]
        one: One,
        /// 30d from its end or from now, whichever is later; a time such as 2027-01-01T00:00:00Z;
        /// or lifetime.
        #[arg(long, value_parser = Term::parse)]
        duration: Term,
    },
    /// Revokes a license for good.
    Revoke(One),
    /// Lists a license's devices, active and released.
    Activations(One),
    /// Releases the activation of a device.
    Release {
        #[command(flatten)]
        one: One,
        /// The device's id: act_...
        #[arg(long, value_parser = ActivationId::parse)]
        activation: ActivationId,
    },
}

#[derive(Args)]
pub(super) struct One {
    #[command(flatten)]
    of: Of,
    /// The license's id: lic_...
    #[arg(long, value_parser = LicenseId::parse)]
    id: LicenseId,
}

#[derive(Args)]
pub(super) struct Which {
    /// Only those of this product.
    #[arg(long, value_parser = ProductId::parse)]
    product: Option<ProductId>,
    /// Only those of this mode: live or sandbox.
    #[arg(long, value_parser = Mode::parse)]
    mode: Option<Mode>,
    /// Only those that are ACTIVE, FROZEN, EXPIRED or REVOKED.
    #[arg(long, value_parser = State::parse)]
    status: Option<State>,
    /// Only those of this customer: cus_...
    #[arg(long, value_parser = CustomerId::parse)]
    customer: Option<CustomerId>,
    /// Only those of this address.
    #[arg(long, value_parser = Email::parse)]
    email: Option<Email>,
}

impl One {
    fn target(&self) -> Target<'_> {
        Target {
            tenant: &self.of.tenant,
            id: &self.id,
            actor: &OPERATOR,
        }
    }

    fn read(&self, store: &dyn Store) -> Result<LicenseRecord, Box<dyn std::error::Error>> {
        let record = store.license(&self.of.tenant, &self.id)?;
        Ok(record.ok_or("not found")?)
    }

    fn print(&self, record: &LicenseRecord, now: Timestamp) -> Outcome {
        print(&self.of, record, now)?;
        Ok(())
    }
}

pub(super) fn run(common: &Common, command: LicenseCommand) -> Outcome {
    with_store(common, |store, env| {
        let now = env.now();
        match command {
            LicenseCommand::List { of, which } => list(store, &of, which, now),
            LicenseCommand::Get(one) => one.print(&one.read(store)?, now),
            LicenseCommand::Freeze(one) => one.print(&freeze(store, env, one.target())?, now),
            LicenseCommand::Thaw(one) => one.print(&thaw(store, env, one.target())?, now),
            LicenseCommand::Extend { one, duration } => {
                one.print(&extend(store, env, one.target(), duration)?, now)
            }
            LicenseCommand::Revoke(one) => {
                let revoked = revoke(store, env, &one.of.tenant, &one.id, &OPERATOR)?;
                one.print(&revoked, now)
            }
            LicenseCommand::Activations(one) => devices(store, &one),
            LicenseCommand::Release { one, activation } => give_back(store, env, &one, &activation),
        }
    })
}

fn list(store: &dyn Store, of: &Of, which: Which, now: Timestamp) -> Outcome {
    of.check_exists(store)?;
    let filter = LicenseFilter {
        product: which.product,
        mode: which.mode,
        state: which.status.map(|state| (state, now)),
        customer: which.customer,
        email: which.email,
        metadata: Vec::new(),
    };
    each(
        |page| store.licenses(&of.tenant, &filter, page),
        |record| print(of, record, now),
    )
}

fn devices(store: &dyn Store, one: &One) -> Outcome {
    one.read(store)?;
    each(
        |page| store.activations(&one.of.tenant, &one.id, page),
        |activation| print_device(&one.of, activation),
    )
}

fn give_back(store: &dyn Store, env: &Env<'_>, one: &One, id: &ActivationId) -> Outcome {
    let released = release(store, env, &one.of.tenant, (&one.id, id), &OPERATOR)?;
    print_device(&one.of, &released)?;
    Ok(())
}

fn print(of: &Of, record: &LicenseRecord, now: Timestamp) -> io::Result<()> {
    of.print(&LicenseView::of(record, now), || {
        let license = &record.license;
        let end = license.standing.expires_at().map(Timestamp::to_rfc3339);
        format!(
            "{}  {}  {}  {}  {}/{}  {}  {}",
            license.id,
            license.masked_key,
            license.state(now).as_str(),
            license.mode,
            license.product,
            license.key_type,
            record.email,
            end.as_deref().unwrap_or("lifetime"),
        )
    })
}

fn print_device(of: &Of, activation: &Activation) -> io::Result<()> {
    of.print(&ActivationView::of(activation), || {
        let standing = if activation.is_active() {
            "active"
        } else {
            "released"
        };
        let (id, seen) = (&activation.id, activation.last_seen.to_rfc3339());
        let fingerprint = activation.fingerprint.as_str();
        format!("{id}  {fingerprint}  {standing}  seen {seen}")
    })
}
