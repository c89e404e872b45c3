//! How to reach Stripe, and as whom: one record a mode.

use mintage_domain::mode::Mode;
use mintage_domain::secret::Secret;
use mintage_domain::web_url::WebUrl;

/// The platform's credentials in one mode. A key of the other mode is refused.
#[derive(Clone, Debug)]
pub struct ModeConfig {
    mode: Mode,
    client_id: String,
    secret_key: Secret,
    webhook_secret: Option<Secret>,
}

/// Where Stripe is, and in which modes the platform is known there.
#[derive(Clone, Debug)]
pub struct StripeConfig {
    api_url: String,
    connect_url: String,
    modes: Vec<ModeConfig>,
}

/// Which setting is wrong. It never holds the setting's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The OAuth client id does not look like one.
    #[error("the Connect client id of {0} mode must start with ca_")]
    ClientId(Mode),
    /// The secret key is none, or one of the other mode.
    #[error(
        "the secret key of {0} mode must start with sk_{infix}_ or rk_{infix}_",
        infix = .0.key_infix()
    )]
    SecretKey(Mode),
    /// The webhook secret does not look like one.
    #[error("the webhook secret of {0} mode must start with whsec_")]
    WebhookSecret(Mode),
    /// Both modes have one webhook secret, so that no event tells its mode.
    #[error("the two modes must have webhook secrets of their own")]
    SharedWebhookSecret,
    /// A mode is set up twice.
    #[error("{0} mode is set up twice")]
    Twice(Mode),
    /// A base address carries more than scheme, host, port and path.
    #[error("the address of Stripe must have no query and no fragment: {0}")]
    Address(String),
}

impl ModeConfig {
    /// Checks the credentials against the mode. The client id's prefix says nothing of it.
    pub fn new(
        mode: Mode,
        client_id: &str,
        secret_key: Secret,
        webhook_secret: Option<Secret>,
    ) -> Result<Self, ConfigError> {
        if !is_token(client_id, "ca_") {
            return Err(ConfigError::ClientId(mode));
        }
        let fits = |kind| {
            is_token(
                secret_key.expose(),
                &format!("{kind}_{}_", mode.key_infix()),
            )
        };
        if !fits("sk") && !fits("rk") {
            return Err(ConfigError::SecretKey(mode));
        }
        if webhook_secret
            .as_ref()
            .is_some_and(|secret| !is_webhook_secret(secret.expose()))
        {
            return Err(ConfigError::WebhookSecret(mode));
        }
        Ok(Self {
            mode,
            client_id: client_id.to_owned(),
            secret_key,
            webhook_secret,
        })
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn secret_key(&self) -> &Secret {
        &self.secret_key
    }
}

impl StripeConfig {
    /// Stripe's own address for the API.
    pub const API_URL: &'static str = "https://api.stripe.com";
    /// Stripe's own address for OAuth.
    pub const CONNECT_URL: &'static str = "https://connect.stripe.com";

    /// Joins the addresses (without `/v1`) and up to one record a mode.
    pub fn new(
        api_url: &WebUrl,
        connect_url: &WebUrl,
        modes: impl IntoIterator<Item = ModeConfig>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self {
            api_url: base(api_url)?,
            connect_url: base(connect_url)?,
            modes: Vec::new(),
        };
        for mode in modes {
            config.add(mode)?;
        }
        Ok(config)
    }

    fn add(&mut self, new: ModeConfig) -> Result<(), ConfigError> {
        if self.mode(new.mode).is_some() {
            return Err(ConfigError::Twice(new.mode));
        }
        let shares = |(_, secret): (Mode, &Secret)| {
            new.webhook_secret
                .as_ref()
                .is_some_and(|own| own.expose() == secret.expose())
        };
        if self.webhook_secrets().any(shares) {
            return Err(ConfigError::SharedWebhookSecret);
        }
        self.modes.push(new);
        Ok(())
    }

    pub(crate) fn mode(&self, mode: Mode) -> Option<&ModeConfig> {
        self.modes.iter().find(|config| config.mode == mode)
    }

    pub(crate) fn api_url(&self) -> &str {
        &self.api_url
    }

    pub(crate) fn connect_url(&self) -> &str {
        &self.connect_url
    }

    pub(crate) fn webhook_secrets(&self) -> impl Iterator<Item = (Mode, &Secret)> {
        self.modes
            .iter()
            .filter_map(|config| Some((config.mode, config.webhook_secret.as_ref()?)))
    }
}

/// A prefix, then something that a header and a form can carry as it stands.
fn is_token(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// The whole text is the HMAC's key, so only blanks around it would be a mistake.
fn is_webhook_secret(text: &str) -> bool {
    text.strip_prefix("whsec_")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()))
}

fn base(url: &WebUrl) -> Result<String, ConfigError> {
    let text = url.as_str().trim_end_matches('/');
    if text.contains(['?', '#']) {
        return Err(ConfigError::Address(text.to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(
        mode: Mode,
        client_id: &str,
        key: &str,
        webhook: Option<&str>,
    ) -> Result<ModeConfig, ConfigError> {
        ModeConfig::new(mode, client_id, Secret::new(key), webhook.map(Secret::new))
    }

    fn join(modes: impl IntoIterator<Item = ModeConfig>) -> Result<StripeConfig, ConfigError> {
        let url = |text| WebUrl::parse(text).expect("a URL");
        StripeConfig::new(
            &url(StripeConfig::API_URL),
            &url(StripeConfig::CONNECT_URL),
            modes,
        )
    }

    #[test]
    fn credentials_must_fit_their_mode() {
        use ConfigError::{ClientId, SecretKey, WebhookSecret};
        use Mode::{Live, Sandbox};
        let sound = Some("whsec_abc+/=");
        for (of, client_id, key, webhook, refusal) in [
            (Sandbox, "ca_1", "sk_test_1", sound, None),
            (Sandbox, "ca_1", "rk_test_1", None, None),
            (Live, "ca_1", "sk_live_1", sound, None),
            (Live, "ca_1", "rk_live_1", None, None),
            (
                Sandbox,
                "ca_1",
                "sk_live_1",
                sound,
                Some(SecretKey(Sandbox)),
            ),
            (Live, "ca_1", "sk_test_1", sound, Some(SecretKey(Live))),
            (Live, "ca_1", "pk_live_1", sound, Some(SecretKey(Live))),
            (Live, "ca_1", "sk_live_", sound, Some(SecretKey(Live))),
            (Live, "ca_1", "sk_live_1\n", sound, Some(SecretKey(Live))),
            (Live, "ca_1", "", sound, Some(SecretKey(Live))),
            (Live, "ac_1", "sk_live_1", sound, Some(ClientId(Live))),
            (Live, "ca_", "sk_live_1", sound, Some(ClientId(Live))),
            (Live, "ca_1 ", "sk_live_1", sound, Some(ClientId(Live))),
            (
                Live,
                "ca_1",
                "sk_live_1",
                Some(""),
                Some(WebhookSecret(Live)),
            ),
            (
                Live,
                "ca_1",
                "sk_live_1",
                Some("whsec_"),
                Some(WebhookSecret(Live)),
            ),
            (
                Live,
                "ca_1",
                "sk_live_1",
                Some("abc"),
                Some(WebhookSecret(Live)),
            ),
            (
                Live,
                "ca_1",
                "sk_live_1",
                Some("whsec_a "),
                Some(WebhookSecret(Live)),
            ),
        ] {
            let made = mode(of, client_id, key, webhook);
            assert_eq!(
                made.err(),
                refusal,
                "{of} {client_id:?} {key:?} {webhook:?}"
            );
        }
    }

    #[test]
    fn a_refusal_says_what_fits_and_not_what_was_given() {
        let refused = mode(Mode::Live, "ca_1", "sk_test_hidden", None).expect_err("wrong mode");
        assert_eq!(
            refused.to_string(),
            "the secret key of live mode must start with sk_live_ or rk_live_"
        );
        assert!(!format!("{refused:?}").contains("hidden"));
    }

    #[test]
    fn a_configuration_prints_no_secret() {
        let sandbox = mode(
            Mode::Sandbox,
            "ca_1",
            "sk_test_hidden",
            Some("whsec_hidden"),
        );
        let config = join([sandbox.expect("sound")]).expect("sound");
        assert!(!format!("{config:?}").contains("hidden"));
    }

    #[test]
    fn a_mode_is_set_up_once_and_with_a_webhook_secret_of_its_own() {
        let sandbox = |webhook| mode(Mode::Sandbox, "ca_1", "sk_test_1", webhook).expect("sound");
        let live = |webhook| mode(Mode::Live, "ca_2", "sk_live_1", webhook).expect("sound");
        for (modes, refusal) in [
            (vec![], None),
            (vec![sandbox(None), live(None)], None),
            (vec![sandbox(Some("whsec_1")), live(Some("whsec_2"))], None),
            (
                vec![sandbox(Some("whsec_1")), live(Some("whsec_1"))],
                Some(ConfigError::SharedWebhookSecret),
            ),
            (
                vec![live(None), live(None)],
                Some(ConfigError::Twice(Mode::Live)),
            ),
        ] {
            assert_eq!(join(modes).err(), refusal);
        }
    }

    #[test]
    fn an_address_is_a_base_to_put_a_path_behind() {
        let url = |text| WebUrl::parse(text).expect("a URL");
        let config = StripeConfig::new(&url("http://a.test:1/x/"), &url("http://b.test"), []);
        let config = config.expect("sound");
        assert_eq!(config.api_url(), "http://a.test:1/x");
        assert_eq!(config.connect_url(), "http://b.test");
        for bad in ["http://a.test/?x=1", "http://a.test/#x"] {
            let refused = StripeConfig::new(&url(bad), &url("http://b.test"), []);
            assert_eq!(refused.err(), Some(ConfigError::Address(bad.to_owned())));
        }
    }
}
