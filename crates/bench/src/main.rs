#![doc = include_str!("../README.md")]

mod cases;
mod cli;
mod clock;
mod data;
mod error;
mod http;
mod load;
mod machine;
mod modes;
mod process;
mod report;
mod rig;
mod stats;
mod yardstick;

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Arguments::parse().run() {
        Ok(text) => {
            // Nobody may be reading.
            let _ = writeln!(stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}
