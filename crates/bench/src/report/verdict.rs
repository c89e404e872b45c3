//! Whether a target is met.

/// How a value compares with its targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    NoTarget,
    Missed,
    Must,
    Ambitious,
}

impl Verdict {
    /// Compares a value with its targets.
    pub(crate) fn of(
        value: f64,
        must: Option<f64>,
        ambitious: Option<f64>,
        less_is_better: bool,
    ) -> Self {
        let meets = |target: f64| {
            if less_is_better {
                value <= target
            } else {
                value >= target
            }
        };
        match (must, ambitious) {
            (None, _) => Self::NoTarget,
            (_, Some(ambitious)) if meets(ambitious) => Self::Ambitious,
            (Some(must), _) if meets(must) => Self::Must,
            (Some(_), _) => Self::Missed,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoTarget => "",
            Self::Missed => "missed",
            Self::Must => "must",
            Self::Ambitious => "ambitious",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_meets_the_hardest_target_that_it_reaches() {
        for (value, less_is_better, verdict) in [
            (0.9, false, Verdict::Missed),
            (1.0, false, Verdict::Must),
            (1.9, false, Verdict::Must),
            (2.0, false, Verdict::Ambitious),
        ] {
            let found = Verdict::of(value, Some(1.0), Some(2.0), less_is_better);
            assert_eq!(found, verdict, "{value}");
        }
        for (value, verdict) in [
            (25.1, Verdict::Missed),
            (25.0, Verdict::Must),
            (15.0, Verdict::Ambitious),
        ] {
            let found = Verdict::of(value, Some(25.0), Some(15.0), true);
            assert_eq!(found, verdict, "{value}");
        }
        assert_eq!(Verdict::of(1.0, None, None, false), Verdict::NoTarget);
    }
}
