//! Why a configuration is refused.

use std::borrow::Cow;

/// Why the server does not start: the variable, and how to fix its value. The value is never shown, since
/// it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {fix}")]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: Cow<'static, str>,
    /// What the value must be, as the end of a sentence: "must be ...".
    pub fix: String,
}

impl ConfigError {
    pub(super) fn new(variable: impl Into<Cow<'static, str>>, fix: impl Into<String>) -> Self {
        Self {
            variable: variable.into(),
            fix: fix.into(),
        }
    }
}
