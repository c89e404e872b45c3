//! Reading the parameters of a query one by one, so that every bad one is told at once.

use mintage_runtime::problem::{Detail, Problem};
use std::fmt::Display;

/// What was wrong with the parameters so far.
pub(crate) struct Asked {
    problems: Vec<Detail>,
}

impl Asked {
    /// Nothing was read yet.
    pub(crate) fn new() -> Self {
        Self {
            problems: Vec::new(),
        }
    }

    /// A parameter that may be missing.
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
        let path = name.to_owned();
        self.problems.push(Detail { path, message });
        None
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn answer<T>(self, read: T) -> Result<T, Problem> {
        if self.problems.is_empty() {
            return Ok(read);
        }
        Err(Problem::invalid_query(self.problems))
    }
}
