//! The simulator as a program: `mintage-stripe-sim [--flag value]...`.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use mintage_stripe_sim::{Config, Mode, Secret, Sim, WebhookEndpoint};

const USAGE: &str = "usage: mintage-stripe-sim [--flag value]...
  --listen ADDRESS            where to listen (127.0.0.1:12111)
  --redirect-uri URI          where OAuth may return to; may be repeated
  --test-client-id ID         --live-client-id ID
  --test-secret-key KEY       --live-secret-key KEY
  --test-webhook URL SECRET   --live-webhook URL SECRET
  --retry-millis A,B,...      the wait after each failed delivery
  --seed NUMBER               the same ids in every run";

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: impl Iterator<Item = String>) -> Result<(), String> {
    let config = configure(args)?;
    let listen = config.listen;
    let running =
        Sim::start(config).map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    // Whoever started the program reads its port from here.
    writeln!(io::stdout(), "{}", running.api_url()).map_err(|error| error.to_string())?;
    running.wait().map_err(|error| error.to_string())
}

fn configure(mut args: impl Iterator<Item = String>) -> Result<Config, String> {
    let mut config = Config {
        listen: ([127, 0, 0, 1], 12111).into(),
        ..Config::default()
    };
    while let Some(flag) = args.next() {
        if flag == "--help" {
            return Err(USAGE.into());
        }
        let mut value = || {
            args.next()
                .ok_or_else(|| format!("{flag} wants a value\n{USAGE}"))
        };
        match flag.as_str() {
            "--listen" => config.listen = parse(&flag, &value()?)?,
            "--redirect-uri" => config.redirect_uris.push(value()?),
            "--test-client-id" => config.test.client_id = value()?,
            "--live-client-id" => config.live.client_id = value()?,
            "--test-secret-key" => config.test.secret_key = Secret::new(value()?),
            "--live-secret-key" => config.live.secret_key = Secret::new(value()?),
            "--test-webhook" | "--live-webhook" => {
                let mode = Mode::from_livemode(flag == "--live-webhook");
                config
                    .webhook_endpoints
                    .push(WebhookEndpoint::connect(value()?, value()?, mode));
            }
            "--retry-millis" => config.retry_schedule = waits(&flag, &value()?)?,
            "--seed" => config.seed = Some(parse(&flag, &value()?)?),
            _ => return Err(format!("there is no flag {flag}\n{USAGE}")),
        }
    }
    Ok(config)
}

fn parse<T: std::str::FromStr<Err: Display>>(flag: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|error| format!("{flag} {value}: {error}"))
}

fn waits(flag: &str, value: &str) -> Result<Vec<std::time::Duration>, String> {
    let wait = |text| parse(flag, text).map(std::time::Duration::from_millis);
    value.split(',').map(wait).collect()
}

#[cfg(test)]
mod tests {
    use super::configure;

    fn configured(line: &str) -> Result<mintage_stripe_sim::Config, String> {
        configure(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_fill_the_configuration() {
        let line = "--listen 127.0.0.1:0 --redirect-uri http://a.test/ --redirect-uri http://b.test/ \
                    --live-webhook http://c.test/ whsec_c --retry-millis 1,20 --seed 7";
        let config = configured(line).expect("every flag is known");
        assert_eq!(config.listen.port(), 0);
        assert_eq!(config.redirect_uris, ["http://a.test/", "http://b.test/"]);
        assert!(config.webhook_endpoints[0].mode.livemode());
        assert_eq!(config.retry_schedule.len(), 2);
        assert_eq!(config.seed, Some(7));
    }

    #[test]
    fn a_wrong_flag_is_refused_by_name() {
        for line in [
            "--liste x",
            "--listen",
            "--listen here",
            "--seed -1",
            "--retry-millis 1,x",
        ] {
            let flag = line.split(' ').next().expect("a flag");
            let refusal = configured(line).expect_err("it is wrong");
            assert!(refusal.contains(flag), "{refusal}");
        }
    }
}
