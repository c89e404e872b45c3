//! Ratios of two cases, and their targets.

use crate::load::Measured;
use crate::report::results::Results;
use crate::report::verdict::Verdict;
use crate::stats::Spread;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Answers a second: more is better.
    Rate,
    /// The time of half of the answers: less is better.
    P50,
    /// The time of 99 of 100 answers: less is better.
    P99,
}

/// A ratio that is computed if both of its cases were measured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// The case above the line.
    pub(crate) above: String,
    /// The case below the line.
    pub(crate) below: String,
    pub(crate) measure: Measure,
    pub(crate) must: Option<f64>,
    pub(crate) ambitious: Option<f64>,
}

/// A ratio that was measured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) target: Target,
    pub(crate) spread: Spread,
}

impl Target {
    /// The ratio, repeat by repeat: cases of the same repeat were measured next to each other.
    pub(crate) fn evaluate(&self, results: &Results) -> Option<Ratio> {
        let figure = |measured: &Measured| match self.measure {
            Measure::Rate => measured.rate,
            Measure::P50 => measured.p50_ms,
            Measure::P99 => measured.p99_ms,
        };
        let above = results.repeats(&self.above).iter().map(figure);
        let below = results.repeats(&self.below).iter().map(figure);
        let pairs = above.zip(below).filter(|(_, below)| *below > 0.0);
        let ratios: Vec<f64> = pairs.map(|(above, below)| above / below).collect();
        Some(Ratio {
            target: self.clone(),
            spread: Spread::of(&ratios)?,
        })
    }
}

impl Ratio {
    pub(crate) fn verdict(&self) -> Verdict {
        let target = &self.target;
        let less_is_better = target.measure != Measure::Rate;
        Verdict::of(
            self.spread.median,
            target.must,
            target.ambitious,
            less_is_better,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_divided_pair_by_pair() {
        let mut results = Results::default();
        for (above, below) in [(10.0, 5.0), (30.0, 10.0), (4.0, 4.0)] {
            let rate = |rate| Measured {
                rate,
                ..Measured::default()
            };
            results.add("above".to_owned(), rate(above));
            results.add("below".to_owned(), rate(below));
        }
        let target = Target {
            name: "a ratio".to_owned(),
            above: "above".to_owned(),
            below: "below".to_owned(),
            measure: Measure::Rate,
            must: Some(1.0),
            ambitious: Some(2.0),
        };
        let ratio = target.evaluate(&results).expect("both were measured");
        let Spread { median, min, max } = ratio.spread;
        assert_eq!((median, min, max), (2.0, 1.0, 3.0));
        assert_eq!(ratio.verdict(), Verdict::Ambitious);
        let missing = Target {
            below: "other".to_owned(),
            ..target
        };
        assert_eq!(missing.evaluate(&results), None);
    }
}
