//! The result of a command.

use std::io::{self, Write};

/// The result of a command.
pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Prints a line of a command's result.
pub(super) fn say(line: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}
