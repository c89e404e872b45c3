//! Starts a throw-away PostgreSQL and keeps it until standard input ends.

use std::io::{self, Write};
use std::process::ExitCode;

use mintage_pgtmp::Server;

fn main() -> ExitCode {
    match hold() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the version, then the URL of an empty database, one a line.
fn hold() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    let database = server.create_database()?;
    writeln!(io::stdout(), "{}\n{}", server.version(), database.url())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
