//! Runs the simulator as a program: `mintage-stripe-sim [--flag value]...`.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use mintage_stripe_sim::{Config, Mode, Secret, Sim, WebhookEndpoint};

const USAGE: &str = "usage: mintage-stripe-sim [--flag value]...
  --listen ADDRESS            the address to listen on (127.0.0.1:12111)
  --redirect-uri URI          an address that OAuth may redirect to; may be repeated
  --test-client-id ID         --live-client-id ID
  --test-secret-key KEY       --live-secret-key KEY
  --test-webhook URL SECRET   --live-webhook URL SECRET
  --retry-millis A,B,...      the pause after each failed delivery
  --control-token TOKEN       what calls of /_sim present; random if not given
  --seed NUMBER               makes ids the same in every run";

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: impl Iterator<Item = String>) -> Result<(), String> {
    let config = parse_args(args)?;
    let listen = config.listen;
    let running =
        Sim::start(config).map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    // Scripts that start the program read the port and the token from these lines.
    let (url, token) = (running.api_url(), running.control_token());
    writeln!(io::stdout(), "{url}\n{token}").map_err(|error| error.to_string())?;
    running.wait().map_err(|error| error.to_string())
}

fn parse_args(mut args: impl Iterator<Item = String>) -> Result<Config, String> {
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
                .ok_or_else(|| format!("{flag} requires a value\n{USAGE}"))
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
            "--retry-millis" => config.retry_schedule = parse_pauses(&flag, &value()?)?,
            "--control-token" => config.control_token = Secret::new(value()?),
            "--seed" => config.seed = Some(parse(&flag, &value()?)?),
            _ => return Err(format!("unknown flag {flag}\n{USAGE}")),
        }
    }
    Ok(config)
}

fn parse<T: FromStr<Err: Display>>(flag: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|error| format!("{flag} {value}: {error}"))
}

fn parse_pauses(flag: &str, value: &str) -> Result<Vec<Duration>, String> {
    let pause = |text| parse(flag, text).map(Duration::from_millis);
    value.split(',').map(pause).collect()
}

#[cfg(test)]
mod tests {
    use mintage_stripe_sim::Config;

    use super::parse_args;

    fn parse_line(line: &str) -> Result<Config, String> {
        parse_args(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_set_the_configuration() {
        let line = "--listen 127.0.0.1:0 --redirect-uri http://a.test/ --redirect-uri http://b.test/ \
                    --live-webhook http://c.test/ whsec_c --retry-millis 1,20 --seed 7 --control-token t";
        let config = parse_line(line).expect("all flags are valid");
        assert_eq!(config.listen.port(), 0);
        assert_eq!(config.redirect_uris, ["http://a.test/", "http://b.test/"]);
        assert!(config.webhook_endpoints[0].mode.livemode());
        assert_eq!(config.retry_schedule.len(), 2);
        assert_eq!(config.seed, Some(7));
        assert_eq!(config.control_token.expose(), "t");
    }

    #[test]
    fn the_error_names_the_invalid_flag() {
        for line in [
            "--liste x",
            "--listen",
            "--listen here",
            "--seed -1",
            "--retry-millis 1,x",
        ] {
            let flag = line.split(' ').next().expect("a flag");
            let error = parse_line(line).expect_err("the flag is invalid");
            assert!(error.contains(flag), "{error}");
        }
    }
}
