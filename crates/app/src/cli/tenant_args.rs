//! The arguments of commands about one tenant.

use clap::Args;
use mintage_domain::base::slug::TenantId;
use mintage_domain::ports::Store;

use super::output::CommandResult;

#[derive(Args)]
pub(super) struct TenantArgs {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    pub(super) tenant: TenantId,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(super) json: bool,
}

impl TenantArgs {
    /// Checks that the tenant exists: an empty list would hide a typo in the slug.
    pub(super) fn check_exists(&self, store: &dyn Store) -> CommandResult {
        store.tenant(&self.tenant)?.ok_or("no such tenant")?;
        Ok(())
    }
}
