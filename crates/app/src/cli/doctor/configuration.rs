//! The settings, and Stripe keys in the wrong place.

use mintage_domain::base::mode::Mode;

use super::check::Check;
use super::report::{Finding, Report};
use crate::config::{ConfigError, KeyMistake, Layers, Settings, key_mistakes};

/// A configuration that no command accepts.
pub(super) fn refused(error: &ConfigError) -> Finding {
    let mend = format!(
        "Correct {}; `mintage config` prints where each setting is set, and the README describes all.",
        error.variable
    );
    Finding::failed(Check::Configuration, error, mend)
}

/// Checks the settings; `None` if a server could not start with them.
pub(super) fn check(report: &mut Report, layers: &Layers) -> Option<Settings> {
    for (setting, mistake) in key_mistakes(layers) {
        report.add(key_in_the_wrong_place(setting, mistake));
    }
    match Settings::read(layers) {
        Ok(settings) => {
            let message = "every setting is known and valid";
            report.add(Finding::ok(Check::Configuration, message));
            check_public_url(report, &settings);
            Some(settings)
        }
        Err(error) => {
            report.add(refused(&error));
            None
        }
    }
}

fn key_in_the_wrong_place(setting: &str, mistake: KeyMistake) -> Finding {
    let (check, message, mend) = match mistake {
        KeyMistake::TestKeyInLive => (
            Check::TestKeyInLive,
            "holds a key of test mode: no buyer could pay real money",
            "Copy the secret key, sk_live_..., from Stripe's dashboard in live mode. The key of test mode \
             belongs into STRIPE_SANDBOX_SECRET_KEY.",
        ),
        KeyMistake::LiveKeyInSandbox => (
            Check::LiveKeyInSandbox,
            "holds a key of live mode: tests would move real money",
            "Copy the secret key, sk_test_..., from Stripe's dashboard in test mode. The key of live mode \
             belongs into STRIPE_SECRET_KEY.",
        ),
        KeyMistake::PublishableKey => (
            Check::PublishableKey,
            "holds a publishable key, with which a server can do nothing",
            "Copy the key below it in Stripe's dashboard, the secret one: it begins with sk_. Mintage needs no \
             publishable key.",
        ),
        KeyMistake::Exposed => (
            Check::SecretKeyExposed,
            "holds a secret of Stripe, and its value is shown to people",
            "Move the secret to the setting of its name, and roll it in Stripe's dashboard, since somebody may \
             have seen it.",
        ),
    };
    Finding::failed(check, format_args!("{setting} {message}"), mend)
}

fn check_public_url(report: &mut Report, settings: &Settings) {
    let url = &settings.public_url;
    let has = |mode| settings.stripe.modes().any(|it| it == mode);
    if has(Mode::Live) && !url.is_https() {
        report.add(Finding::warning(
            Check::PublicUrl,
            format_args!(
                "MINTAGE_PUBLIC_URL is {url}: in live mode Stripe redirects and sends events only to https"
            ),
            "Put a proxy with a certificate before the server, and set MINTAGE_PUBLIC_URL to its https URL.",
        ));
    }
    if has(Mode::Sandbox) && !has(Mode::Live) && url.is_https() {
        report.add(Finding::warning(
            Check::TestModeOnly,
            format_args!("only test mode is set up at {url}: sellers cannot take real money"),
            "For a server that sells, set the STRIPE_... variables of live mode beside those of the sandbox, as \
             docs/STRIPE-SETUP.md describes.",
        ));
    }
}
