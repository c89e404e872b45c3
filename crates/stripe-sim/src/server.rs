//! Starting and stopping.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer, rt};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::config::{Config, WebhookEndpoint};
use crate::delivery::{self, Parcel};
use crate::world::{Shared, World};
use crate::{api, authorize, control, hosted, oauth};

/// The simulator, not yet started.
pub struct Sim;

/// A simulator at work on a thread of its own. Dropping it stops it.
pub struct Running {
    world: Shared,
    base: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Sim {
    /// Starts a simulator and returns once it listens. Needs no async runtime around it.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(config: Config) -> io::Result<Running> {
        let listener = TcpListener::bind(config.listen)?;
        let base = format!("http://{}", reachable(listener.local_addr()?));
        let (courier, inbox) = unbounded_channel();
        let world = Shared::new(World::new(config, base.clone(), courier));
        let (started, handles) = mpsc::channel();
        let shared = world.clone();
        let serve = move || rt::System::new().block_on(serve(shared, listener, inbox, started));
        let thread = thread::Builder::new()
            .name("stripe-sim".into())
            .spawn(serve)?;
        let handle = handles.recv().map_err(io::Error::other)?;
        Ok(Running {
            world,
            base,
            handle,
            thread: Some(thread),
        })
    }
}

impl Running {
    /// Base address of the API, without a trailing slash and without `/v1`.
    pub fn api_url(&self) -> &str {
        &self.base
    }

    /// Base address of OAuth.
    pub fn connect_url(&self) -> &str {
        &self.base
    }

    /// Lets OAuth return to `uri` from now on.
    pub fn add_redirect_uri(&self, uri: impl Into<String>) {
        self.world.lock().config.redirect_uris.push(uri.into());
    }

    /// Sends the events of later times to `endpoint`, too.
    pub fn add_webhook_endpoint(&self, endpoint: WebhookEndpoint) {
        self.world.lock().config.webhook_endpoints.push(endpoint);
    }

    /// Moves the simulator's clock to the system's time plus `seconds`.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.world.lock().config.clock_offset = seconds;
    }

    /// Stops at once; requests in flight are cut off.
    pub fn stop(self) {
        drop(self);
    }

    /// Works until the process ends or the server fails.
    ///
    /// # Errors
    /// When the server failed.
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
            // The command is sent by the call; the future would only wait for what join waits for.
            drop(self.handle.stop(false));
            // A thread that panicked has stopped as well.
            let _ = thread.join();
        }
    }
}

/// Where a client on this machine finds a listener that may be bound to all addresses.
fn reachable(mut bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        bound.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    bound
}

async fn serve(
    world: Shared,
    listener: TcpListener,
    inbox: UnboundedReceiver<Parcel>,
    started: mpsc::Sender<ServerHandle>,
) -> io::Result<()> {
    rt::spawn(delivery::run(world.clone(), inbox));
    rt::spawn(tick(world.clone()));
    let data = Data::new(world);
    let app = move || App::new().app_data(data.clone()).configure(routes);
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run();
    // `Sim::start` waits for it, unless it was itself killed.
    let _ = started.send(server.handle());
    server.await
}

fn routes(config: &mut ServiceConfig) {
    config
        .app_data(PayloadConfig::new(1 << 20))
        .route("/oauth/authorize", web::get().to(authorize::show))
        .route("/oauth/authorize", web::post().to(authorize::decide))
        .route("/oauth/token", web::post().to(oauth::token))
        .route("/oauth/deauthorize", web::post().to(oauth::deauthorize))
        .route("/c/pay/{id}", web::get().to(hosted::show))
        .route("/c/pay/{id}", web::post().to(hosted::submit))
        .service(web::scope("/_sim").configure(control::routes))
        .default_service(web::to(api::serve));
}

/// Sessions expire even when nobody asks.
async fn tick(world: Shared) {
    loop {
        rt::time::sleep(Duration::from_millis(250)).await;
        world.lock().expire_due_sessions();
    }
}
