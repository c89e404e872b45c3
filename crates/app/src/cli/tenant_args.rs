//! The arguments of commands about one tenant.

use std::io;

use clap::Args;
use mintage_domain::ports::Store;
use mintage_domain::slug::TenantId;
use serde::Serialize;

use super::output::{Outcome, say};

/// Whose things a command is about, and how it prints them.
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
    /// That there is such a tenant: to list nothing would hide a typo in the slug.
    pub(super) fn exists(&self, store: &dyn Store) -> Outcome {
        store.tenant(&self.tenant)?.ok_or("no such tenant")?;
        Ok(())
    }

    /// Prints a thing as the HTTP API shows it, or in a line for people: what buyers and devices
    /// call themselves must not steer the terminal.
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
