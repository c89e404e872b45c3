//! A change of a value that may be missing.

/// What happens to a value that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The value stays, or stays missing.
    #[default]
    Keep,
    /// The value is missing from now on.
    Clear,
    /// The value becomes this one.
    Set(T),
}

impl<T> Change<T> {
    /// The same change of a converted value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(convert(value)),
        }
    }

    /// The value after the change.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Whether the value stays.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_clears_or_sets() {
        for before in [None, Some(1)] {
            assert_eq!(Change::Keep.apply(before), before);
            assert_eq!(Change::Clear.apply(before), None);
            assert_eq!(Change::Set(2).apply(before), Some(2));
        }
        assert_eq!(Change::Set(2).map(|n| n + 1), Change::Set(3));
    }
}
