//! Entitlements: the features that a license unlocks.

/// The names of unlocked features, sorted and without repeats: at most 64 names of 1 to 64
/// characters of `[a-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entitlements(Vec<String>);

/// The list has too many names, or a name is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at most 64 entitlements, each 1 to 64 of a-z, 0-9, '.', '_' and '-'")]
pub struct InvalidEntitlements;

impl Entitlements {
    /// Reads a list of names, which may be unsorted and hold repeats.
    pub fn parse<I: IntoIterator<Item = String>>(names: I) -> Result<Self, InvalidEntitlements> {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names.dedup();
        let well_formed = |name: &String| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
                })
        };
        if names.len() <= 64 && names.iter().all(well_formed) {
            Ok(Self(names))
        } else {
            Err(InvalidEntitlements)
        }
    }

    /// The names, sorted.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn entitlements_are_sorted_and_said_once() {
        let list = Entitlements::parse(["pro".into(), "export".into(), "pro".into()]).unwrap();
        assert_eq!(list.as_slice(), ["export", "pro"]);
    }

    #[test]
    fn odd_entitlements_are_refused() {
        for bad in ["", "A", "a b", "é", &"x".repeat(65)] {
            assert!(Entitlements::parse([bad.to_owned()]).is_err(), "{bad:?}");
        }
    }
}
