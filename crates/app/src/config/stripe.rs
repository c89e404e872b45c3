//! The variables of Stripe, for each mode.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_stripe::{ModeConfig, StripeConfig};

use super::error::ConfigError;
use super::layers::Layers;

struct Names {
    mode: Mode,
    client_id: &'static str,
    secret_key: &'static str,
    webhook_secret: &'static str,
}

const NAMES: [Names; 2] = [
    Names {
        mode: Mode::Live,
        client_id: "STRIPE_CONNECT_CLIENT_ID",
        secret_key: "STRIPE_SECRET_KEY",
        webhook_secret: "STRIPE_CONNECT_WEBHOOK_SECRET",
    },
    Names {
        mode: Mode::Sandbox,
        client_id: "STRIPE_SANDBOX_CONNECT_CLIENT_ID",
        secret_key: "STRIPE_SANDBOX_SECRET_KEY",
        webhook_secret: "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET",
    },
];

pub(super) fn read(layers: &Layers) -> Result<StripeConfig, ConfigError> {
    let url = |name| {
        layers.parse(name, |text| {
            WebUrl::parse(text).map_err(|_| "must be an http or https URL".into())
        })
    };
    let api = url("STRIPE_API_URL")?;
    let connect = url("STRIPE_CONNECT_URL")?;
    let mut modes = Vec::new();
    for names in &NAMES {
        modes.extend(mode(layers, names)?);
    }
    StripeConfig::new(&api, &connect, modes)
        .map_err(|error| ConfigError::new("STRIPE_CONNECT_WEBHOOK_SECRET", error.to_string()))
}

/// Reads the settings of a mode. The client id and the secret key are set together; a mode without both is
/// off.
fn mode(layers: &Layers, names: &Names) -> Result<Option<ModeConfig>, ConfigError> {
    let missing = |name, with| {
        Err(ConfigError::new(
            name,
            format!("must be set together with {with}"),
        ))
    };
    let secret = |name| layers.get(name).map(Secret::new);
    match (layers.get(names.client_id), secret(names.secret_key)) {
        (Some(_), Some(_))
            if names.mode == Mode::Live && layers.get(names.webhook_secret).is_none() =>
        {
            Err(ConfigError::new(
                names.webhook_secret,
                "must be set in live mode: without it the events of paid orders are refused, and \
                 nobody gets a license; Stripe shows the secret of the Connect webhook endpoint",
            ))
        }
        (Some(client_id), Some(key)) => {
            ModeConfig::new(names.mode, client_id, key, secret(names.webhook_secret))
                .map(Some)
                .map_err(|error| ConfigError::new(variable_of(names, &error), error.to_string()))
        }
        (Some(_), None) => missing(names.secret_key, names.client_id),
        (None, Some(_)) => missing(names.client_id, names.secret_key),
        (None, None) if layers.get(names.webhook_secret).is_some() => {
            missing(names.client_id, names.webhook_secret)
        }
        (None, None) => Ok(None),
    }
}

/// The variable that an error is about.
fn variable_of(names: &Names, error: &mintage_stripe::ConfigError) -> &'static str {
    match error {
        mintage_stripe::ConfigError::ClientId(_) => names.client_id,
        mintage_stripe::ConfigError::WebhookSecret(_) => names.webhook_secret,
        _ => names.secret_key,
    }
}
