//! What a walk takes place on: a simulator, a server and a receiver, on loopback addresses.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use data_encoding::HEXLOWER;
use mintage_stripe_sim::{Config, Mode, Running, Sim, WebhookEndpoint};
use ring::rand::{SecureRandom, SystemRandom};

use crate::failure::{Failure, Outcome};
use crate::receiver::Receiver;
use crate::server::{Server, Surroundings};
use crate::waiting::Inbox;

/// Where things listen, and where the server keeps what it knows.
pub(crate) struct Plan<'p> {
    pub(crate) server: TcpListener,
    pub(crate) simulator: TcpListener,
    pub(crate) receiver: TcpListener,
    /// The working directory of the server, with its log.
    pub(crate) directory: &'p Path,
    pub(crate) log_name: &'p str,
    /// `DATABASE_URL`, relative to the directory, and a master key where the database needs one.
    pub(crate) database: Database,
}

/// What the server keeps things in.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) master_key: Option<String>,
}

/// All at work. Dropping it ends all, the server first.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) surroundings: Surroundings,
    pub(crate) server_url: String,
    pub(crate) receiver: Receiver,
    pub(crate) simulator: Running,
}

impl Stage {
    /// Starts everything, on the runtime it is called in. The server may not be ready yet.
    ///
    /// # Errors
    /// What could not be started.
    pub(crate) fn set(plan: Plan<'_>) -> Outcome<(Self, Inbox)> {
        let server = given_up(plan.server)?;
        let server_url = format!("http://{server}");
        let secrets = [random_secret("whsec_")?, random_secret("whsec_")?];
        let news_to = format!("{server_url}/api/stripe/webhook/connect");
        let [test, live] = &secrets;
        let config = Config {
            listen: given_up(plan.simulator)?,
            redirect_uris: vec![format!("{server_url}/stripe/callback")],
            webhook_endpoints: vec![
                WebhookEndpoint::connect(&news_to, test, Mode::Test),
                WebhookEndpoint::connect(&news_to, live, Mode::Live),
            ],
            ..Config::default()
        };
        let mut variables = stripe_variables(&config, &secrets);
        let simulator = Sim::start(config).map_err(Failure::to("start the simulator of Stripe"))?;
        let (receiver, deliveries) =
            Receiver::start(plan.receiver).map_err(Failure::to("start the receiver"))?;
        variables.extend([
            ("MINTAGE_LISTEN", server.to_string()),
            ("MINTAGE_PUBLIC_URL", server_url.clone()),
            ("MINTAGE_ALLOW_NETS", "127.0.0.0/8".to_owned()),
            ("DATABASE_URL", plan.database.url),
            ("STRIPE_API_URL", simulator.api_url().to_owned()),
            ("STRIPE_CONNECT_URL", simulator.connect_url().to_owned()),
        ]);
        let master_key = plan.database.master_key;
        variables.extend(master_key.map(|key| ("MINTAGE_MASTER_KEY", key)));
        let surroundings = Surroundings::new(plan.directory, variables);
        let server = surroundings.serve(plan.directory.join(plan.log_name))?;
        let stage = Self {
            server,
            surroundings,
            server_url,
            receiver,
            simulator,
        };
        Ok((stage, Inbox::new(deliveries)))
    }
}

/// The platform at Stripe, a record for each mode.
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

/// A listener on this loopback port, or on a free one where it is taken.
///
/// # Errors
/// When there is none at all.
pub(crate) fn listener(wanted: u16) -> Outcome<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, wanted))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .map_err(Failure::to("listen on a loopback port"))
}

/// The address of a listener, free again for somebody else to listen on at once.
fn given_up(listener: TcpListener) -> Outcome<SocketAddr> {
    let address = listener.local_addr();
    drop(listener);
    address.map_err(Failure::to("listen on a loopback port"))
}

/// 32 random bytes in hex, behind this prefix.
///
/// # Errors
/// When the system gives no randomness.
pub(crate) fn random_secret(prefix: &str) -> Outcome<String> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::new("the system gives no randomness"))?;
    Ok(format!("{prefix}{}", HEXLOWER.encode(&bytes)))
}
