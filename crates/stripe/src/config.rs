//! The configuration of the adapter: Stripe's addresses, and the platform's credentials by mode.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;

/// The platform's credentials in one mode. Keys of the other mode are refused.
#[derive(Debug, Clone)]
pub struct ModeConfig {
    mode: Mode,
    client_id: String,
    secret_key: Secret,
    webhook_secret: Option<Secret>,
}

/// Stripe's addresses, and the platform's credentials in each configured mode.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    api_url: String,
    connect_url: String,
    modes: Vec<ModeConfig>,
}

/// Which setting is invalid. The message never contains the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The OAuth client id has the wrong format.
    #[error("the Connect client id of {0} mode must start with ca_")]
    ClientId(Mode),
    /// The secret key has the wrong format or is of the other mode.
    #[error(
        "the secret key of {0} mode must start with sk_{infix}_ or rk_{infix}_",
        infix = .0.key_infix()
    )]
    SecretKey(Mode),
    /// The webhook secret has the wrong format.
    #[error("the webhook secret of {0} mode must start with whsec_")]
    WebhookSecret(Mode),
    /// Both modes have the same webhook secret, so that it does not identify the mode of an event.
    #[error("the two modes must have webhook secrets of their own")]
    SharedWebhookSecret,
    /// The mode is configured twice.
    #[error("{0} mode is set up twice")]
    Twice(Mode),
    /// An address has a query or a fragment.
    #[error("the address of Stripe must have no query and no fragment: {0}")]
    Address(String),
}

impl ModeConfig {
    /// Checks the credentials of a mode. The client id does not reveal its mode.
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
    /// The address of Stripe's API.
    pub const API_URL: &'static str = "https://api.stripe.com";
    /// The address of Stripe's OAuth API.
    pub const CONNECT_URL: &'static str = "https://connect.stripe.com";

    /// Builds a configuration from the addresses (without `/v1`) and at most one record for each
    /// mode.
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
        let is_same = |(_, secret): (Mode, &Secret)| {
            new.webhook_secret
                .as_ref()
                .is_some_and(|own| own.expose() == secret.expose())
        };
        if self.webhook_secrets().any(is_same) {
            return Err(ConfigError::SharedWebhookSecret);
        }
        self.modes.push(new);
        Ok(())
    }

    /// The modes that have a webhook secret, so that their events can be verified.
    pub fn webhook_modes(&self) -> impl Iterator<Item = Mode> {
        self.webhook_secrets().map(|(mode, _)| mode)
    }

    /// The modes that are set up.
    pub fn modes(&self) -> impl Iterator<Item = Mode> {
        self.modes.iter().map(|config| config.mode)
    }

    /// Whether both modes have the same client id, although Stripe has one for each mode.
    pub fn shares_client_id(&self) -> bool {
        matches!(&*self.modes, [one, other] if one.client_id == other.client_id)
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

/// Whether a text is the prefix and then characters that need no escaping in headers and forms.
fn is_token(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// Whether a text is a webhook secret. Its whole text is the HMAC key, so that every visible
/// character is accepted.
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
