//! The arguments of commands about one tenant.

use std::io;

use clap::Args;
use mintage_domain::base::slug::TenantId;
use mintage_domain::ports::Store;
use serde::Serialize;

use super::output::{Outcome, say};

/// The tenant of a command, and the form of its output.
#[derive(Args)]
pub(super) struct Of {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    pub(super) tenant: TenantId,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(super) json: bool,
}

impl Of {
    /// Checks that the tenant exists: an empty list would hide a typo in the slug.
    pub(super) fn check_exists(&self, store: &dyn Store) -> Outcome {
        store.tenant(&self.tenant)?.ok_or("no such tenant")?;
        Ok(())
    }

    /// Prints the JSON of the HTTP API, or a line for people. Control characters are removed from the
    /// line, since names of buyers and devices must not steer the terminal.
    pub(super) fn print(
        &self,
        shown: &impl Serialize,
        line: impl FnOnce() -> String,
    ) -> io::Result<()> {
        if self.json {
            say(serde_json::to_string(shown)?)
        } else {
            say(line().replace(char::is_control, " "))
        }
    }
}
