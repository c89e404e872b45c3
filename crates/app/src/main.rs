//! The `mintage` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mintage::cli::run()
}
