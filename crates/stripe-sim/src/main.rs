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
                let mode = Mode::of(flag == "--live-webhook");
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
