//! Passing a named point.

#[cfg(feature = "crash-points")]
use std::io::Write;

use super::points::Point;

/// Passes a named point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub fn point(_point: Point) {}

/// Passes a named point. If `MINTAGE_CRASH_AT` names this point, the process kills itself as a power
/// cut would: no destructor runs and nothing is flushed.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for tests, not a setting"
)]
pub fn point(point: Point) {
    if std::env::var("MINTAGE_CRASH_AT").is_ok_and(|at| at == point.name()) {
        // Not by the log, whose thread would be killed before it writes. Nobody can be told of an error.
        let last_words = format!("{{\"point\":\"{}\"}}\n", point.name());
        let _ = std::io::stderr().write_all(last_words.as_bytes());
        // `kill` of the shell is used, since not every system has a program of that name.
        let killed = std::process::Command::new("sh")
            .args(["-c", "kill -KILL $0", &std::process::id().to_string()])
            .status();
        // Reached only if there is no shell.
        drop(killed);
        std::process::abort();
    }
}
