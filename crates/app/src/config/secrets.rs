//! Stripe secrets inside texts.

/// The beginnings of Stripe's secret keys and webhook secrets.
const SECRETS: [&str; 5] = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"];

/// The beginning of a Stripe secret that stands anywhere in a text, followed by at least so many letters and
/// digits. An example such as `sk_live_...` has none.
pub fn secret_in(text: &str, least: usize) -> Option<&'static str> {
    let stands_in = |prefix: &&str| {
        let mut rests = text
            .match_indices(*prefix)
            .map(|(at, it)| &text[at + it.len()..]);
        rests.any(|rest| {
            let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            length >= least
        })
    };
    SECRETS.into_iter().find(stands_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_of_a_key_is_no_key() {
        let page = "const stripe = Stripe('sk_live_51Abc0123456')";
        for (text, found) in [
            (page, Some("sk_live_")),
            ("pk_live_51Abc0123456", None),
            ("sk_live_... and rk_test_XXX", None),
            ("sk_live_... and whsec_0123456789", Some("whsec_")),
            ("", None),
        ] {
            assert_eq!(secret_in(text, 8), found, "{text}");
        }
    }
}
