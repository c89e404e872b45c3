//! The settings of a server.

use std::net::SocketAddr;

use ipnet::IpNet;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::access::limits::Limits;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::usecase::retention::Retention;
use mintage_stripe::StripeConfig;

use super::authorities::Authorities;
use super::database::{Database, database};
use super::error::ConfigError;
use super::layers::Layers;
use super::mail::MailConfig;
use super::master_key::{KeyFile, Keys, read_keys};
use super::subnets::parse_subnets;
use super::{authorities, mail, stripe};

/// The settings of a server, besides its master keys.
#[derive(Debug)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address on which metrics are answered, if any.
    pub metrics_listen: Option<SocketAddr>,
    /// The URL of this server on the internet, without a trailing slash.
    pub public_url: WebUrl,
    /// The database.
    pub database: Database,
    /// Authorities whose certificates are accepted beside the public ones.
    pub authorities: Authorities,
    /// The platform's fee.
    pub fee: BasisPoints,
    /// Subnets that outbound webhooks may reach besides public addresses.
    pub allow_nets: Vec<IpNet>,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The rate of each limit.
    pub limits: Limits,
    /// How long each kind of rows is kept.
    pub retention: Retention,
    /// Stripe, with a record for each mode that is configured.
    pub stripe: StripeConfig,
    /// The mail server, if one is configured.
    pub mail: Option<MailConfig>,
}

/// The settings of a server, and the keys that seal secrets in its database.
#[derive(Debug)]
pub struct Config {
    /// The settings.
    pub settings: Settings,
    /// The master keys.
    pub keys: Keys,
}

impl Config {
    /// Reads the configuration from its layers. The key file of a new SQLite database is created.
    pub fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let settings = Settings::read(layers)?;
        let keys = read_keys(layers, &settings.database, KeyFile::CreateIfNew)?;
        Ok(Self { settings, keys })
    }
}

impl Settings {
    /// Reads the settings from their layers. Nothing is created.
    pub fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let address = |text: &str| {
            text.parse::<SocketAddr>()
                .map_err(|_| "must be an address and port, such as 127.0.0.1:8080".to_owned())
        };
        let listen = layers.parse("MINTAGE_LISTEN", address)?;
        let metrics_listen = layers.parse("MINTAGE_METRICS_LISTEN", |text| {
            Some(text)
                .filter(|text| !text.is_empty())
                .map(address)
                .transpose()
        })?;
        let public_url =
            layers.parse_or("MINTAGE_PUBLIC_URL", &format!("http://{listen}"), |text| {
                WebUrl::parse(text.trim_end_matches('/')).map_err(|_| {
                    "must be an http or https URL, such as https://licenses.example".into()
                })
            })?;
        let fee = layers.parse("MINTAGE_FEE_BPS", |text| {
            text.parse()
                .ok()
                .and_then(|points| BasisPoints::new(points).ok())
                .ok_or_else(|| "must be a number of basis points from 0 to 10000".into())
        })?;
        let authorities = authorities::read(layers)?;
        Ok(Self {
            listen,
            metrics_listen,
            public_url,
            database: database(layers)?,
            fee,
            allow_nets: subnets(layers, "MINTAGE_ALLOW_NETS")?,
            trusted_proxies: subnets(layers, "MINTAGE_TRUSTED_PROXIES")?,
            limits: layers.parse("MINTAGE_RATES", |text| {
                Limits::parse(text).map_err(|error| error.to_string())
            })?,
            retention: layers.parse("MINTAGE_RETENTION", |text| {
                Retention::parse(text).map_err(|error| error.to_string())
            })?,
            stripe: stripe::read(layers)?,
            mail: mail::read(layers, &authorities)?,
            authorities,
        })
    }
}

fn subnets(layers: &Layers, name: &'static str) -> Result<Vec<IpNet>, ConfigError> {
    layers.parse(name, |text| {
        if text == "none" {
            return Ok(Vec::new());
        }
        parse_subnets(text).map_err(|error| {
            format!("must be subnets separated by commas, such as 10.0.0.0/8, or none: {error}")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Config, ConfigError> {
        let layers = Layers::new()
            .flag("MINTAGE_MASTER_KEY", Some("c4".repeat(32)))
            .flag(name, Some(value.to_owned()));
        Config::read(&layers)
    }

    #[test]
    fn a_proxy_on_this_machine_is_trusted_unless_others_or_none_are() {
        for (value, expected) in [
            ("", "127.0.0.0/8 ::1/128"),
            ("10.0.0.0/8, fd00::/8", "10.0.0.0/8 fd00::/8"),
            ("none", ""),
        ] {
            let config = read("MINTAGE_TRUSTED_PROXIES", value).expect("a configuration");
            let nets: Vec<_> = config
                .settings
                .trusted_proxies
                .iter()
                .map(IpNet::to_string)
                .collect();
            assert_eq!(nets.join(" "), expected);
        }
    }

    #[test]
    fn a_bad_value_is_refused_with_its_name_and_the_fix() {
        for (name, value, fix) in [
            ("MINTAGE_TRUSTED_PROXIES", "10.0.0.1", "such as 10.0.0.0/8"),
            (
                "MINTAGE_TRUSTED_PROXIES",
                "10.0.0.1/8",
                "such as 10.0.0.0/8",
            ),
            ("MINTAGE_TRUSTED_PROXIES", "none,10.0.0.0/8", "or none"),
            ("MINTAGE_RATES", "key=0", "written like key=600,failures=30"),
            ("MINTAGE_RATES", "checkout=9", "one of issue, key,"),
            ("MINTAGE_RETENTION", "events=90", "written like events=90d"),
            ("MINTAGE_RETENTION", "licenses=90d", "one of events,"),
            (
                "MINTAGE_RETENTION",
                "events=7d",
                "events must be kept for 31d",
            ),
            ("MINTAGE_RETENTION", "nonces=5m", "must be kept for 10m"),
            ("MINTAGE_RETENTION", "idempotency=1h", "must be kept for 1d"),
            ("MINTAGE_ALLOW_NETS", "x", "such as 10.0.0.0/8"),
            ("MINTAGE_FEE_BPS", "10001", "from 0 to 10000"),
            ("MINTAGE_METRICS_LISTEN", "9090", "an address and port"),
        ] {
            let error = read(name, value).expect_err(value);
            assert_eq!(error.variable, name);
            assert!(error.fix.contains(fix), "{error}");
        }
    }
}
