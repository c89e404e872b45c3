//! Why a configuration is refused.

/// Why the server does not start: which variable, what is wrong, and the mend. Never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {mend}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it, and what would be right.
    pub mend: String,
}

impl ConfigError {
    pub(super) fn new(variable: &'static str, mend: impl Into<String>) -> Self {
        Self {
            variable,
            mend: mend.into(),
        }
    }
}
