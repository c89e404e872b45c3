//! Starts and stops the simulator.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer, middleware, rt};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::base::config::{Config, WebhookEndpoint};
use crate::control;
use crate::engine::delivery;
use crate::engine::outbox::Delivery;
use crate::engine::world::{SharedWorld, World};
use crate::pages::{checkout, consent, create_key, onboarding, payment_link};
use crate::platform::oauth;
use crate::resources::sessions;
use crate::wire::dispatch;

/// The time between two searches for expired sessions.
const EXPIRY_INTERVAL: Duration = Duration::from_millis(250);
const MAX_BODY: usize = 1 << 20;

/// Starts simulators.
pub struct Sim;

/// A running simulator with a thread of its own. Dropping the value stops the simulator.
pub struct Running {
    world: SharedWorld,
    base_url: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Sim {
    /// Starts a simulator and returns when the simulator listens. The caller needs no async runtime.
    ///
    /// # Errors
    /// If the simulator cannot listen on the configured address.
    pub fn start(config: Config) -> io::Result<Running> {
        let listener = TcpListener::bind(config.listen)?;
        let base_url = format!("http://{}", local_address(listener.local_addr()?));
        let (queue, deliveries) = unbounded_channel();
        let world = SharedWorld::new(World::new(config, base_url.clone(), queue));
        let (started, handles) = mpsc::channel();
        let shared = world.clone();
        let serve =
            move || rt::System::new().block_on(serve(shared, listener, deliveries, started));
        let thread = thread::Builder::new()
            .name("stripe-sim".into())
            .spawn(serve)?;
        let handle = handles.recv().map_err(io::Error::other)?;
        Ok(Running {
            world,
            base_url,
            handle,
            thread: Some(thread),
        })
    }
}

impl Running {
    /// The base address of the API, without a trailing slash and without `/v1`.
    pub fn api_url(&self) -> &str {
        &self.base_url
    }

    /// The base address of OAuth.
    pub fn connect_url(&self) -> &str {
        &self.base_url
    }

    /// The token that control calls present: `Authorization: Bearer <token>`.
    pub fn control_token(&self) -> String {
        self.world.lock().config.control_token.expose().to_owned()
    }

    /// Allows OAuth to redirect to `uri`.
    pub fn add_redirect_uri(&self, uri: impl Into<String>) {
        self.world.lock().config.redirect_uris.push(uri.into());
    }

    /// Adds a receiver of later events.
    pub fn add_webhook_endpoint(&self, endpoint: WebhookEndpoint) {
        self.world.lock().config.webhook_endpoints.push(endpoint);
    }

    /// Sets the simulator's clock to the system's time plus `seconds`.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.world.lock().clock.set_offset(seconds);
    }

    /// Stops the simulator at once and drops the requests in progress.
    pub fn stop(self) {
        drop(self);
    }

    /// Waits until the server fails.
    ///
    /// # Errors
    /// If the server failed.
    pub fn wait(mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the simulator's thread panicked")),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // The call itself sends the command; `join` waits instead of the returned future.
            drop(self.handle.stop(false));
            // An error means that the thread panicked, so the thread has stopped too.
            let _ = thread.join();
        }
    }
}

/// The address for clients on this machine, also if the listener is bound to all addresses.
fn local_address(mut bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        bound.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    bound
}

async fn serve(
    world: SharedWorld,
    listener: TcpListener,
    deliveries: UnboundedReceiver<Delivery>,
    started: mpsc::Sender<ServerHandle>,
) -> io::Result<()> {
    rt::spawn(delivery::run(world.clone(), deliveries));
    rt::spawn(expire_sessions(world.clone()));
    let data = Data::new(world);
    let app = move || App::new().app_data(data.clone()).configure(routes);
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run();
    // `Sim::start` waits for the handle. Sending fails only if that thread is gone.
    let _ = started.send(server.handle());
    server.await
}

fn routes(config: &mut ServiceConfig) {
    config
        .app_data(PayloadConfig::new(MAX_BODY))
        .route("/oauth/authorize", web::get().to(consent::get))
        .route("/setup/{account}/{token}", web::get().to(onboarding::get))
        .route("/oauth/authorize", web::post().to(consent::submit))
        .route("/oauth/token", web::post().to(oauth::token))
        .route("/oauth/deauthorize", web::post().to(oauth::deauthorize))
        .route("/apikeys/create", web::get().to(create_key::get))
        .route("/apikeys/create", web::post().to(create_key::submit))
        .route("/test/apikeys/create", web::get().to(create_key::get))
        .route("/test/apikeys/create", web::post().to(create_key::submit))
        .route("/b/{code}", web::get().to(payment_link::get))
        .route("/c/pay/{id}", web::get().to(checkout::get))
        .route("/c/pay/{id}", web::post().to(checkout::submit))
        .service(
            web::scope("/_sim")
                .wrap(middleware::from_fn(control::require_token))
                .configure(control::routes),
        )
        .default_service(web::to(dispatch::serve));
}

/// Expires sessions even without requests.
async fn expire_sessions(world: SharedWorld) {
    loop {
        rt::time::sleep(EXPIRY_INTERVAL).await;
        sessions::expire_due(&mut world.lock());
    }
}
