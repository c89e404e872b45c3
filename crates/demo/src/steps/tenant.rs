//! The operator makes a tenant, on the command line.

use super::scene::{Scene, TENANT};
use crate::failure::{Failure, Outcome, hold};
use crate::server::Surroundings;

/// Makes the tenant and returns its management token.
///
/// # Errors
/// When the command fails or prints something else.
pub(crate) fn create(scene: &Scene, surroundings: &Surroundings) -> Outcome<String> {
    let command = [
        "tenant", "create", "--id", TENANT, "--email", "a@b.test", "--plan", "starter", "--json",
    ];
    let printed = surroundings.run(&command)?;
    let tenant = &printed["tenant"];
    scene.client.exchanged(
        format_args!("mintage {}", command.join(" ")),
        format_args!("the tenant {tenant} and its management token"),
    );
    hold(tenant == TENANT, || {
        "mintage tenant create names another tenant than it was asked for".into()
    })?;
    let token = printed["managementToken"].as_str().map(str::to_owned);
    token.ok_or_else(|| Failure::new("mintage tenant create prints no managementToken"))
}
