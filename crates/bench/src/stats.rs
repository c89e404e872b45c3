//! Medians and percentiles.

/// The median, the least and the greatest of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// The spread of values; `None` if there are none. Of an even number of values, the median is the
    /// mean of the two in the middle.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let upper = sorted[sorted.len() / 2];
        let lower = sorted[(sorted.len() - 1) / 2];
        let median = f64::midpoint(lower, upper);
        Some(Self { median, min, max })
    }
}

/// Times that answers took, in microseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn add(&mut self, micros: u32) {
        self.0.push(micros);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest time that at least this many of a thousand answers did not exceed, in milliseconds;
    /// 0 without answers.
    pub(crate) fn millis_at(&mut self, per_mille: usize) -> f64 {
        self.0.sort_unstable();
        let rank = (self.0.len() * per_mille).div_ceil(1000).max(1);
        let micros = self.0.get(rank - 1).copied().unwrap_or_default();
        f64::from(micros) / 1000.0
    }
}

/// A count as a number to divide by or to print.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and sizes are far below 2^52"
)]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Option<(f64, f64, f64)> {
        Spread::of(values).map(|it| (it.median, it.min, it.max))
    }

    #[test]
    fn a_spread_has_the_middle_and_both_ends_whatever_the_order() {
        for (values, expected) in [
            (&[][..], None),
            (&[2.0], Some((2.0, 2.0, 2.0))),
            (&[3.0, 1.0], Some((2.0, 1.0, 3.0))),
            (&[9.0, 1.0, 2.0], Some((2.0, 1.0, 9.0))),
            (&[4.0, 1.0, 9.0, 2.0], Some((3.0, 1.0, 9.0))),
        ] {
            assert_eq!(spread(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut latencies = Latencies::default();
        assert!(latencies.millis_at(500).abs() < f64::EPSILON);
        for micros in (1..=200).rev() {
            latencies.add(micros * 1000);
        }
        for (per_mille, millis) in [(0, 1.0), (500, 100.0), (990, 198.0), (1000, 200.0)] {
            let found = latencies.millis_at(per_mille);
            assert!((found - millis).abs() < 1e-9, "{per_mille}: {found}");
        }
        assert_eq!(latencies.len(), 200);
    }
}
