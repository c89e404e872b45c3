//! Figures that are no ratios, such as times to start.

use crate::report::verdict::Verdict;

/// A figure, of which less is better.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) must: Option<f64>,
    pub(crate) ambitious: Option<f64>,
}

impl Figure {
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::of(self.value, self.must, self.ambitious, true)
    }
}
