//! Runs a throw-away PostgreSQL until standard input ends.

use std::io::{self, Write};
use std::process::ExitCode;

use mintage_pgtmp::Server;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the version and the URL of an empty database, on a line each, and waits for the end of the input.
fn run() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    let database = server.create_database()?;
    writeln!(io::stdout(), "{}\n{}", server.version(), database.url())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
