//! Why a step failed.

/// The message for the person who runs the command.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StepError(String);

/// The result of a step.
pub(crate) type StepResult<T> = Result<T, StepError>;

impl StepError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The error "cannot <what>: <reason>", for `map_err`.
    pub(crate) fn cannot<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("cannot {what}: {error}"))
    }
}

/// Fails with the message unless the condition is true.
pub(crate) fn check(condition: bool, message: impl FnOnce() -> String) -> StepResult<()> {
    if condition {
        Ok(())
    } else {
        Err(StepError(message()))
    }
}
