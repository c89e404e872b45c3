//! `mintage migrate`.

use super::global_args::GlobalArgs;
use super::output::{CommandResult, print_line};
use crate::config::Settings;
use crate::wire::{Opener, open_store};

pub(super) fn run(args: &GlobalArgs) -> CommandResult {
    let settings = Settings::read(&args.layers()?)?;
    open_store(&settings.database, &settings.authorities, Opener::Command)?;
    print_line("the schema is up to date")?;
    Ok(())
}
