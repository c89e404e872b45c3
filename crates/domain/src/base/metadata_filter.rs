//! A filter by texts in the metadata.

/// Texts that the metadata of a license must have, by their keys: at most 10, without NUL, which no
/// store keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataFilter(Vec<(String, String)>);

/// Why keys and texts are not accepted as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("may be given {max} times at most, without NUL", max = MetadataFilter::MAX_KEYS)]
pub struct InvalidMetadataFilter;

impl MetadataFilter {
    /// The most keys.
    pub const MAX_KEYS: usize = 10;

    /// Checks keys and texts.
    pub fn new(pairs: Vec<(String, String)>) -> Result<Self, InvalidMetadataFilter> {
        let has_nul = |(key, text): &(String, String)| key.contains('\0') || text.contains('\0');
        if pairs.len() > Self::MAX_KEYS || pairs.iter().any(has_nul) {
            return Err(InvalidMetadataFilter);
        }
        Ok(Self(pairs))
    }

    /// The keys and texts.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_at_most_ten_keys_and_no_nul() {
        let pairs = |count: usize, key: &str, text: &str| {
            let pair = (key.to_owned(), text.to_owned());
            MetadataFilter::new(vec![pair; count])
        };
        for (filter, accepted) in [
            (pairs(0, "", ""), true),
            (pairs(10, "a", "b"), true),
            (pairs(11, "a", "b"), false),
            (pairs(1, "a\0", "b"), false),
            (pairs(1, "a", "\0"), false),
        ] {
            assert_eq!(filter.is_ok(), accepted, "{filter:?}");
        }
    }
}
