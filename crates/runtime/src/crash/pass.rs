//! Passing a named point.

use super::points::Point;

/// Passes a named point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub fn point(_point: Point) {}

/// Passes a named point: if it is the one asked for, the process kills itself as a power cut
/// would, with no destructor run and nothing flushed.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's switch, no configuration"
)]
pub fn point(point: Point) {
    if std::env::var("MINTAGE_CRASH_AT").is_ok_and(|at| at == point.name()) {
        tracing::warn!(point = point.name(), "dying here");
        // The shell's own `kill`: not every system has one as a program.
        let killed = std::process::Command::new("sh")
            .args(["-c", "kill -KILL $0", &std::process::id().to_string()])
            .status();
        // Reached only if there is no shell: an abort is the next best death.
        drop(killed);
        std::process::abort();
    }
}
