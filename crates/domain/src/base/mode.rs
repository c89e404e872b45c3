//! Stripe's two modes, sandbox and live.

use serde::{Deserialize, Serialize};

use crate::base::text_enum::text_enum;

text_enum! {
    /// A Stripe mode, written `sandbox` or `live`.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Mode {
        /// Test mode: no money moves.
        Sandbox = "sandbox",
        /// Live mode: money moves.
        Live = "live",
    }

    /// The text is neither `sandbox` nor `live`.
    #[error("a mode is `sandbox` or `live`")]
    pub struct InvalidMode;
}

impl Mode {
    /// The mode for the value of Stripe's `livemode` field.
    pub const fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Sandbox }
    }

    /// The value of Stripe's `livemode` field for this mode.
    pub const fn livemode(self) -> bool {
        matches!(self, Self::Live)
    }

    /// The mode's name inside credentials: `test` or `live`, as in `sk_test_...`.
    pub const fn key_infix(self) -> &'static str {
        match self {
            Self::Sandbox => "test",
            Self::Live => "live",
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_mode_names_the_same_mode() {
        for (mode, text, livemode, infix) in [
            (Mode::Sandbox, "sandbox", false, "test"),
            (Mode::Live, "live", true, "live"),
        ] {
            assert_eq!(Mode::parse(text), Ok(mode));
            assert_eq!(mode.to_string(), text);
            assert_eq!(mode.livemode(), livemode);
            assert_eq!(Mode::from_livemode(livemode), mode);
            assert_eq!(mode.key_infix(), infix);
            let json = serde_json::to_string(&mode).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Mode>(&json).unwrap(), mode);
        }
    }

    #[test]
    fn refuses_any_other_word() {
        for text in ["", "test", "Live", "LIVE", " live", "production"] {
            assert_eq!(Mode::parse(text), Err(InvalidMode), "{text}");
            assert!(
                serde_json::from_value::<Mode>(text.into()).is_err(),
                "{text}"
            );
        }
    }
}
