//! Stripe keys that sellers paste.

use crate::base::mode::Mode;
use crate::base::secret::Secret;

/// A secret key (`sk_`) or a restricted key (`rk_`) of a seller's Stripe account.
#[derive(Debug, Clone)]
pub struct OwnStripeKey {
    text: Secret,
    mode: Mode,
}

/// The text is not a secret or restricted key. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a secret key (sk_live_..., sk_test_...) or a restricted key (rk_live_..., rk_test_...)"
)]
pub struct WrongKeyKind;

/// How the keys of each kind and mode begin.
const PREFIXES: [(&str, Mode); 4] = [
    ("sk_test_", Mode::Sandbox),
    ("rk_test_", Mode::Sandbox),
    ("sk_live_", Mode::Live),
    ("rk_live_", Mode::Live),
];

impl OwnStripeKey {
    /// Reads a key. The prefix names its mode.
    pub fn parse(text: &str) -> Result<Self, WrongKeyKind> {
        let of_kind = |&(prefix, mode)| Some((text.strip_prefix(prefix)?, mode));
        let (tail, mode) = PREFIXES.iter().find_map(of_kind).ok_or(WrongKeyKind)?;
        let is_plain = tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_plain || !(8..=247).contains(&tail.len()) {
            return Err(WrongKeyKind);
        }
        Ok(Self {
            text: Secret::new(text),
            mode,
        })
    }

    /// The mode of the key.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The key.
    pub const fn secret(&self) -> &Secret {
        &self.text
    }

    /// The prefix and the last four characters, by which the seller knows the key.
    pub fn hint(&self) -> String {
        let text = self.text.expose();
        let (start, end) = (text.get(..8), text.get(text.len().saturating_sub(4)..));
        format!(
            "{}...{}",
            start.unwrap_or_default(),
            end.unwrap_or_default()
        )
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_mode_and_is_shown_by_a_hint_only() {
        for (text, mode, hint) in [
            ("sk_test_0123456789abcd", Mode::Sandbox, "sk_test_...abcd"),
            ("rk_test_0123456789abcd", Mode::Sandbox, "rk_test_...abcd"),
            ("sk_live_0123456789abcd", Mode::Live, "sk_live_...abcd"),
            ("rk_live_51Hx_0123abcd", Mode::Live, "rk_live_...abcd"),
        ] {
            let key = OwnStripeKey::parse(text).unwrap();
            assert_eq!((key.mode(), key.hint().as_str()), (mode, hint));
            assert_eq!(key.secret().expose(), text);
            assert!(!format!("{key:?}").contains("0123"));
        }
    }

    #[test]
    fn nothing_else_is_a_key() {
        for text in [
            "",
            "pk_test_0123456789abcd",
            "pk_live_0123456789abcd",
            "whsec_0123456789abcd",
            "sk_0123456789abcd",
            "sk_test_",
            "sk_test_short",
            "sk_test_0123456789abc d",
            "sk_test_0123456789abcé",
            " sk_test_0123456789abcd",
            &format!("sk_test_{}", "x".repeat(248)),
        ] {
            assert_eq!(
                OwnStripeKey::parse(text).unwrap_err(),
                WrongKeyKind,
                "{text:?}"
            );
        }
    }
}
