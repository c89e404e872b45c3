//! Stripe keys in the wrong place.

use super::known::{SETTINGS, Shown};
use super::layers::Layers;
use super::secrets::secret_in;

/// The settings of the platform's secret keys: of live mode, and of the sandbox.
const LIVE_KEY: &str = "STRIPE_SECRET_KEY";
const SANDBOX_KEY: &str = "STRIPE_SANDBOX_SECRET_KEY";

/// A Stripe key that is not where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMistake {
    /// A key of test mode is the secret key of live mode.
    TestKeyInLive,
    /// A key of live mode is the secret key of the sandbox.
    LiveKeyInSandbox,
    /// A publishable key is the secret key.
    PublishableKey,
    /// A secret is in a setting that anybody may see: it is printed, or a part of a page or a URL.
    Exposed,
}

/// The mistakes with keys in all settings, each with the name of the setting. The values are not told.
pub fn key_mistakes(layers: &Layers) -> Vec<(&'static str, KeyMistake)> {
    let mut mistakes = Vec::new();
    for (setting, other_mode, mistake) in [
        (LIVE_KEY, "test", KeyMistake::TestKeyInLive),
        (SANDBOX_KEY, "live", KeyMistake::LiveKeyInSandbox),
    ] {
        let key = layers.get(setting).unwrap_or_default();
        if key.starts_with("pk_") {
            mistakes.push((setting, KeyMistake::PublishableKey));
        } else if ["sk", "rk"]
            .iter()
            .any(|kind| key.starts_with(&format!("{kind}_{other_mode}_")))
        {
            mistakes.push((setting, mistake));
        }
    }
    let open = SETTINGS
        .iter()
        .filter(|setting| setting.shown == Shown::Whole);
    let exposed = open.filter(|setting| {
        layers
            .get(setting.name)
            .is_some_and(|value| secret_in(value, 1).is_some())
    });
    mistakes.extend(exposed.map(|setting| (setting.name, KeyMistake::Exposed)));
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_the_wrong_place_is_found_with_the_name_of_its_setting() {
        use KeyMistake::{Exposed, LiveKeyInSandbox, PublishableKey, TestKeyInLive};
        for (setting, value, expected) in [
            ("STRIPE_SECRET_KEY", "sk_live_1", None),
            ("STRIPE_SECRET_KEY", "rk_live_1", None),
            ("STRIPE_SECRET_KEY", "sk_test_1", Some(TestKeyInLive)),
            ("STRIPE_SECRET_KEY", "rk_test_1", Some(TestKeyInLive)),
            ("STRIPE_SECRET_KEY", "pk_live_1", Some(PublishableKey)),
            ("STRIPE_SANDBOX_SECRET_KEY", "sk_test_1", None),
            (
                "STRIPE_SANDBOX_SECRET_KEY",
                "sk_live_1",
                Some(LiveKeyInSandbox),
            ),
            (
                "STRIPE_SANDBOX_SECRET_KEY",
                "pk_test_1",
                Some(PublishableKey),
            ),
            ("STRIPE_CONNECT_CLIENT_ID", "ca_1", None),
            ("STRIPE_CONNECT_CLIENT_ID", "sk_live_1", Some(Exposed)),
            ("STRIPE_CONNECT_WEBHOOK_SECRET", "whsec_1", None),
            (
                "MINTAGE_PUBLIC_URL",
                "https://a.test/whsec_1",
                Some(Exposed),
            ),
            (
                "MINTAGE_MAIL_FROM",
                "\"rk_test_1\" <a@b.test>",
                Some(Exposed),
            ),
            (
                "MINTAGE_MAIL_FROM",
                "\"The sk_live_ team\" <a@b.test>",
                None,
            ),
        ] {
            let layers = Layers::new().flag(setting, Some(value.to_owned()));
            let expected: Vec<_> = expected.into_iter().map(|it| (setting, it)).collect();
            assert_eq!(key_mistakes(&layers), expected, "{setting} {value}");
        }
        assert_eq!(key_mistakes(&Layers::new()), []);
    }
}
