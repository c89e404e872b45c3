//! How to reach Stripe, and as whom: one record a mode.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;

/// The platform's credentials in one mode. A key of the other mode is refused.
#[derive(Debug, Clone)]
pub struct ModeConfig {
    mode: Mode,
    client_id: String,
    secret_key: Secret,
    webhook_secret: Option<Secret>,
}

/// Where Stripe is, and in which modes the platform is known there.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    api_url: String,
    connect_url: String,
    modes: Vec<ModeConfig>,
}

/// Which setting is wrong. It never holds the setting's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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

    /// The modes whose webhooks can be believed.
    pub fn webhook_modes(&self) -> impl Iterator<Item = Mode> {
        self.webhook_secrets().map(|(mode, _)| mode)
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
mod tests;
