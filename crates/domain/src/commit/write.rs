//! A row to write, and the guard it is written under.

/// A whole row to write, and its guard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Write<T> {
    /// The row to write.
    pub value: T,
    /// The guard.
    pub expected: Expected,
}

/// What a store must find for a row to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Expected {
    /// No such row exists.
    New,
    /// The row exists in this version.
    Version(u64),
}

impl<T> Write<T> {
    /// A row that must not exist yet.
    pub fn new(value: T) -> Self {
        Self {
            value,
            expected: Expected::New,
        }
    }

    /// Whether the row is to be inserted.
    pub fn is_new(&self) -> bool {
        self.expected == Expected::New
    }
}

/// Rows with a version, which counts how often the row was written.
pub trait Versioned {
    /// The version.
    fn version_mut(&mut self) -> &mut u64;
}

impl<T: Versioned> Write<T> {
    /// A row as it was read and then changed: it must still be in the version that was read, and
    /// is written in the next one. Version 0 is a row that was never written.
    pub fn changed(mut value: T) -> Self {
        let version = value.version_mut();
        let expected = match *version {
            0 => Expected::New,
            read => Expected::Version(read),
        };
        *version = version.saturating_add(1);
        Self { value, expected }
    }
}
