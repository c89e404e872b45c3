//! Why a configuration is refused.

/// Why the server does not start: the variable, and how to fix its value. The value is never shown, since
/// it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {fix}")]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: &'static str,
    /// What the value must be, as the end of a sentence: "must be ...".
    pub fix: String,
}

impl ConfigError {
    pub(super) fn new(variable: &'static str, fix: impl Into<String>) -> Self {
        Self {
            variable,
            fix: fix.into(),
        }
    }
}
