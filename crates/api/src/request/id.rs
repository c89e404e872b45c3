//! Reads ids.

use mintage_runtime::problem::Problem;

/// Reads an id that names an existing thing. A malformed id cannot exist, so the answer is "not found".
pub(crate) fn parse_id<T, E>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Problem> {
    parse(text).map_err(|_| Problem::not_found())
}
