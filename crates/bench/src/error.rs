//! Why a measurement failed.

/// The message for the person who runs the command.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BenchError(String);

/// The result of a part of a measurement.
pub(crate) type BenchResult<T> = Result<T, BenchError>;

impl BenchError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The error `cannot <what>: <reason>`, for `map_err`.
    pub(crate) fn cannot<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("cannot {what}: {error}"))
    }
}
