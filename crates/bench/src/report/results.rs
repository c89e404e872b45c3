//! The repeats of each case.

use crate::load::Measured;

/// The repeats of each case, in the order in which the cases were first measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Results(Vec<(String, Vec<Measured>)>);

impl Results {
    /// Adds a repeat of a case.
    pub(crate) fn add(&mut self, name: String, measured: Measured) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, repeats)) => repeats.push(measured),
            None => self.0.push((name, vec![measured])),
        }
    }

    /// The repeats of a case; none if it was not measured.
    pub(crate) fn repeats(&self, name: &str) -> &[Measured] {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or(&[], |(_, repeats)| repeats)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[Measured])> {
        let all = self.0.iter();
        all.map(|(name, repeats)| (name.as_str(), repeats.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_kept_case_by_case() {
        let mut results = Results::default();
        let rate = |rate| Measured {
            rate,
            ..Measured::default()
        };
        for (name, value) in [("b", 1.0), ("a", 2.0), ("b", 3.0)] {
            results.add(name.to_owned(), rate(value));
        }
        assert_eq!(results.repeats("b"), [rate(1.0), rate(3.0)]);
        assert!(results.repeats("c").is_empty());
        let names: Vec<&str> = results.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a"]);
    }
}
