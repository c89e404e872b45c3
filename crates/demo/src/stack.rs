//! A server, a simulated Stripe and a webhook receiver, on loopback addresses.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use mintage_stripe_sim::{Config, Mode, Running, Sim, WebhookEndpoint};
use ring::rand::{SecureRandom, SystemRandom};

use crate::receiver::Receiver;
use crate::server::{Server, ServerCommand};
use crate::step_error::{StepError, StepResult};
use crate::wait::Inbox;

/// Where everything listens, and where the server keeps its data.
pub(crate) struct StackConfig<'p> {
    pub(crate) server: TcpListener,
    pub(crate) simulator: TcpListener,
    pub(crate) receiver: TcpListener,
    /// The working directory of the server, which also gets its log.
    pub(crate) directory: &'p Path,
    pub(crate) log_name: &'p str,
    pub(crate) database: Database,
    /// The configuration file of the server, relative to the working directory of this process.
    pub(crate) config: Option<PathBuf>,
}

/// The database of the server.
pub(crate) struct Database {
    /// `DATABASE_URL`, relative to the working directory.
    pub(crate) url: String,
    /// `MINTAGE_MASTER_KEY`, where the database needs it.
    pub(crate) master_key: Option<String>,
}

/// The running programs. Dropping the stack stops all of them, the server first.
pub(crate) struct Stack {
    pub(crate) server: Server,
    pub(crate) server_command: ServerCommand,
    pub(crate) server_url: String,
    pub(crate) receiver: Receiver,
    pub(crate) simulator: Running,
}

impl Stack {
    /// Starts everything, on the runtime of the caller. The server may not be ready yet.
    ///
    /// # Errors
    /// One of the programs cannot be started.
    pub(crate) fn start(config: StackConfig<'_>) -> StepResult<(Self, Inbox)> {
        let server = release(config.server)?;
        let server_url = format!("http://{server}");
        let secrets = [random_secret("whsec_")?, random_secret("whsec_")?];
        let webhook_url = format!("{server_url}/api/stripe/webhook/connect");
        let [test, live] = &secrets;
        let stripe = Config {
            listen: release(config.simulator)?,
            redirect_uris: vec![format!("{server_url}/stripe/callback")],
            webhook_endpoints: vec![
                WebhookEndpoint::connect(&webhook_url, test, Mode::Test),
                WebhookEndpoint::connect(&webhook_url, live, Mode::Live),
            ],
            ..Config::default()
        };
        let mut variables = stripe_variables(&stripe, &secrets);
        let simulator =
            Sim::start(stripe).map_err(StepError::cannot("start the simulated Stripe"))?;
        let (receiver, deliveries) =
            Receiver::start(config.receiver).map_err(StepError::cannot("start the receiver"))?;
        variables.extend([
            ("MINTAGE_LISTEN", server.to_string()),
            ("MINTAGE_PUBLIC_URL", server_url.clone()),
            ("MINTAGE_ALLOW_NETS", "127.0.0.0/8".to_owned()),
            ("DATABASE_URL", config.database.url),
            ("STRIPE_API_URL", simulator.api_url().to_owned()),
            ("STRIPE_CONNECT_URL", simulator.connect_url().to_owned()),
        ]);
        let master_key = config.database.master_key;
        variables.extend(master_key.map(|key| ("MINTAGE_MASTER_KEY", key)));
        let server_command = ServerCommand::new(config.directory, variables, config.config);
        let server = server_command.serve(config.directory.join(config.log_name))?;
        let stack = Self {
            server,
            server_command,
            server_url,
            receiver,
            simulator,
        };
        Ok((stack, Inbox::new(deliveries)))
    }
}

/// The settings of Stripe, for both modes.
fn stripe_variables(config: &Config, secrets: &[String; 2]) -> Vec<(&'static str, String)> {
    let [test, live] = secrets;
    let key = |mode| config.platform(mode).secret_key.expose().to_owned();
    vec![
        (
            "STRIPE_SANDBOX_CONNECT_CLIENT_ID",
            config.test.client_id.clone(),
        ),
        ("STRIPE_SANDBOX_SECRET_KEY", key(Mode::Test)),
        ("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", test.clone()),
        ("STRIPE_CONNECT_CLIENT_ID", config.live.client_id.clone()),
        ("STRIPE_SECRET_KEY", key(Mode::Live)),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", live.clone()),
    ]
}

/// A listener on this loopback port, or on another one if the port is taken.
///
/// # Errors
/// No port is free.
pub(crate) fn listener(wanted: u16) -> StepResult<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, wanted))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .map_err(StepError::cannot("listen on a loopback port"))
}

/// Closes a listener and returns its address, so that another program can listen there.
fn release(listener: TcpListener) -> StepResult<SocketAddr> {
    let address = listener.local_addr();
    drop(listener);
    address.map_err(StepError::cannot("listen on a loopback port"))
}

/// The prefix and 32 random bytes in hex.
///
/// # Errors
/// The operating system provides no randomness.
pub(crate) fn random_secret(prefix: &str) -> StepResult<String> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| StepError::new("the operating system provides no randomness"))?;
    Ok(format!("{prefix}{}", HEXLOWER.encode(&bytes)))
}
