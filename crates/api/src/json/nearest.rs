//! The known name that is nearest to a misspelt one.

/// That a name is not known, and which known name is nearest.
pub(crate) fn unknown_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let name = bare(name);
    let nearest = known
        .into_iter()
        .min_by_key(|known| strsim::damerau_levenshtein(&bare(known), &name));
    match nearest {
        Some(nearest) => format!("is not known; did you mean {nearest}?"),
        None => "is not known; nothing is accepted here".to_owned(),
    }
}

/// A name without what spelling conventions differ in. Long names are cut: they are near to none.
fn bare(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-'));
    letters.take(64).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_name_is_told() {
        let known = ["keyTypeId", "displayName", "priceInCents", "priceCurrency"];
        for (name, nearest) in [
            ("displayname", "displayName"),
            ("display_name", "displayName"),
            ("price_in_cent", "priceInCents"),
            ("currency", "priceCurrency"),
            ("keyType", "keyTypeId"),
            (&*"x".repeat(10_000), "keyTypeId"),
        ] {
            let message = unknown_name(name, known);
            assert_eq!(message, format!("is not known; did you mean {nearest}?"));
        }
        assert!(unknown_name("a", []).ends_with("nothing is accepted here"));
    }
}
