//! The operator creates a tenant on the command line.

use super::context::{Context, TENANT};
use crate::server::ServerCommand;
use crate::step_error::{StepError, StepResult, check};

/// Creates the tenant and returns its management token.
///
/// # Errors
/// The command fails, or its output is not as documented.
pub(crate) fn create(context: &Context, server_command: &ServerCommand) -> StepResult<String> {
    let command = [
        "tenant", "create", "--tenant", TENANT, "--email", "a@b.test", "--plan", "starter",
        "--json",
    ];
    let printed = server_command.run(&command)?;
    let tenant = &printed["tenant"];
    context.client.exchanged(
        format_args!("mintage {}", command.join(" ")),
        format_args!("the tenant {tenant} and its management token"),
    );
    check(tenant == TENANT, || {
        "mintage tenant create printed another tenant than the one in its arguments".into()
    })?;
    let token = printed["managementToken"].as_str().map(str::to_owned);
    token.ok_or_else(|| StepError::new("mintage tenant create printed no managementToken"))
}
