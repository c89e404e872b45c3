//! Sandbox or live: which of Stripe's two worlds a thing belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Stripe's test world or its real one. Written `sandbox` and `live`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No money moves.
    Sandbox,
    /// Money moves.
    Live,
}

/// The text is neither `sandbox` nor `live`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a mode is `sandbox` or `live`")]
pub struct InvalidMode;

impl Mode {
    /// Both modes.
    pub const ALL: [Self; 2] = [Self::Sandbox, Self::Live];

    /// Reads `sandbox` or `live`, in lower case.
    pub fn parse(text: &str) -> Result<Self, InvalidMode> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or(InvalidMode)
    }

    /// `sandbox` or `live`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }

    /// The mode that Stripe's `livemode` field means.
    pub const fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Sandbox }
    }

    /// This mode as Stripe's `livemode` field.
    pub const fn livemode(self) -> bool {
        matches!(self, Self::Live)
    }

    /// What stands inside a credential of this mode: `test` or `live`, as in `sk_test_...`.
    pub const fn key_infix(self) -> &'static str {
        match self {
            Self::Sandbox => "test",
            Self::Live => "live",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
