//! Named points at which a crash test kills the process, in builds with the feature
//! `crash-points` only. `MINTAGE_CRASH_AT` names the point.

/// Passes a named point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub(crate) fn point(_name: &'static str) {}

/// Passes a named point: the process kills itself, as a power cut would, if it is the one asked
/// for.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's switch, no configuration"
)]
pub(crate) fn point(name: &'static str) {
    if std::env::var("MINTAGE_CRASH_AT").is_ok_and(|at| at == name) {
        // SIGKILL runs no destructor and flushes nothing.
        let _ = std::process::Command::new("kill")
            .args(["-KILL", &std::process::id().to_string()])
            .status();
        std::process::abort();
    }
}
