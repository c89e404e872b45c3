//! A row of the tables.

/// What is lost, how, and the case that finds the loss.
pub(super) type Loss<T> = (&'static str, fn(&mut T), &'static str);
