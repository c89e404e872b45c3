//! Reads the parameters of a query one by one, so that one answer names every bad one.

use std::fmt::Display;

use mintage_runtime::problem::{Detail, Problem};

/// The parameters of a query, with the problems found so far.
pub(crate) struct QueryParams {
    problems: Vec<Detail>,
}

impl QueryParams {
    pub(crate) fn new() -> Self {
        Self {
            problems: Vec::new(),
        }
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
        self.problems.push(Detail::new(name, message));
        None
    }

    /// Returns what was read, if nothing was wrong.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, Problem> {
        if self.problems.is_empty() {
            return Ok(read);
        }
        Err(Problem::invalid_query(self.problems))
    }
}
