//! Why a step did not hold.

/// One sentence, for the person who watches.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(String);

/// What a step comes to.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// With this sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// For `map_err`: what could not be done, and the reason.
    pub(crate) fn to<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("cannot {what}: {error}"))
    }
}

/// Holds that something is so; the sentence says what is the matter if not.
pub(crate) fn hold(so: bool, otherwise: impl FnOnce() -> String) -> Outcome<()> {
    if so {
        Ok(())
    } else {
        Err(Failure(otherwise()))
    }
}
