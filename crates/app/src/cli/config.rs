//! `mintage config`.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::global_args::GlobalArgs;
use super::output::{CommandResult, Format, Printer};
use crate::config::{Effective, Settings, effective};

#[derive(Args)]
pub(super) struct ConfigArgs {
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

struct SettingFormat;

impl Format<3> for SettingFormat {
    type Item = Effective;

    const HEADING: [&'static str; 3] = ["setting", "source", "value"];

    fn view(&self, setting: &Effective) -> impl Serialize {
        json!({
            "setting": setting.name,
            "source": setting.source.to_string(),
            "value": Some(&setting.value).filter(|value| !value.is_empty()),
        })
    }

    fn row(&self, setting: &Effective) -> [String; 3] {
        [
            setting.name.to_owned(),
            setting.source.to_string(),
            Some(&setting.value)
                .filter(|value| !value.is_empty())
                .map_or("-", String::as_str)
                .to_owned(),
        ]
    }
}

/// Prints the settings, and then fails if one of them cannot be used.
pub(super) fn run(global: &GlobalArgs, args: &ConfigArgs) -> CommandResult {
    let layers = global.layers()?;
    Printer::new(SettingFormat, args.json).print(&effective(&layers))?;
    Settings::read(&layers)?;
    Ok(())
}
