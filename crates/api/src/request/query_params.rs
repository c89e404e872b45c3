//! Reads query parameters. One answer names every parameter that is wrong.

use std::fmt::Display;

use mintage_runtime::problem::{Detail, Problem};

/// The faults of the query parameters that were read so far.
pub(crate) struct QueryParams {
    faults: Vec<Detail>,
}

impl QueryParams {
    pub(crate) fn new() -> Self {
        Self { faults: Vec::new() }
    }

    /// Reads a parameter that may be missing.
    pub(crate) fn read<T, E: Display>(
        &mut self,
        name: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let message = match text? {
            "" => "must not be empty".to_owned(),
            text => match parse(text) {
                Ok(value) => return Some(value),
                Err(error) => error.to_string(),
            },
        };
        self.faults.push(Detail::new(name, message));
        None
    }

    /// Returns what was read, or all faults.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, Problem> {
        if self.faults.is_empty() {
            return Ok(read);
        }
        Err(Problem::invalid_query(self.faults))
    }
}
