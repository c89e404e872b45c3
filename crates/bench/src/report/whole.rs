//! All figures of a run.

use crate::machine::Machine;
use crate::report::figure::Figure;
use crate::report::ratio::Ratio;
use crate::report::results::Results;

/// Everything that is printed and written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// The size of the data and how long each case ran, in a sentence.
    pub(crate) setup: String,
    /// Which rows the yardsticks write, in sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) results: Results,
    pub(crate) ratios: Vec<Ratio>,
    pub(crate) figures: Vec<Figure>,
    /// Cases, and how many statements the database runs for each call.
    pub(crate) statements: Vec<(String, f64)>,
}
