//! The HTTP server: how it starts and stops.

mod connections;
mod guarded_io;
mod metrics;

use std::future::ready;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use actix_web::{App as ActixApp, middleware, web};
use mintage_api::error::ApiError;
use mintage_api::layers::{cors, rate_limits, request_id, security_headers};
use mintage_runtime::app::App;
use mintage_runtime::background::Workers;
use mintage_runtime::problem::Problem;
use mintage_web::error_pages;

use self::connections::Connections;
use self::guarded_io::GuardedIo;
use crate::description::{describe, mounted_endpoints};

/// How long a new connection may take to send the head of its first request.
const FIRST_REQUEST_DEADLINE: Duration = Duration::from_secs(5);

/// How long the rest of a body is read that was refused, so that the client gets to read the answer.
const LINGER: Duration = Duration::from_secs(1);

/// A running server, on a thread of its own.
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

impl Running {
    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the server has stopped, by itself or by a signal.
    pub fn wait(mut self) -> io::Result<()> {
        self.join()
    }

    /// Stops the server: the server finishes its requests, then the workers stop.
    pub fn stop(mut self) -> io::Result<()> {
        // The future resolves once the server is down, and joining the thread waits for that.
        drop(self.handle.stop(true));
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        match self.thread.take().map(std::thread::JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("the thread of the server panicked")),
            None => Ok(()),
        }
    }
}

/// Starts a server on bound listeners, of requests and of metrics.
pub fn start(listener: TcpListener, metrics: Option<TcpListener>, app: App) -> io::Result<Running> {
    let address = listener.local_addr()?;
    let app = web::Data::from(Arc::new(app));
    let (send, receive) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("mintage-server".into())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match bind(listener, metrics, &app) {
                    Ok(server) => {
                        let workers = Workers::start(&app);
                        // The starting thread waits for this message, so the channel is open.
                        let _ = send.send(Ok(server.handle()));
                        let ended = server.await;
                        workers.stop().await;
                        ended
                    }
                    Err(error) => {
                        let _ = send.send(Err(error));
                        Ok(())
                    }
                }
            })
        })?;
    let handle = receive
        .recv()
        .map_err(|_| io::Error::other("the thread of the server ended"))??;
    Ok(Running {
        address,
        handle,
        thread: Some(thread),
    })
}

/// As [`actix_web::HttpServer`], with connections of our own.
fn bind(
    listener: TcpListener,
    metrics: Option<TcpListener>,
    app: &web::Data<App>,
) -> io::Result<Server> {
    let endpoints = Arc::new(mounted_endpoints());
    let (json, page) = describe(app.settings.public_url.as_str());
    let (json, page) = (web::Data::new(json), web::Data::new(page));
    let app = app.clone();
    let connections = Arc::new(Connections::within_file_limit());
    let mut builder = Server::build();
    if let Some(metrics) = metrics {
        builder = metrics::listen(builder, metrics, app.clone())?;
    }
    let shutdown = builder.graceful_shutdown_signal();
    let serve = move || {
        let endpoints = Arc::clone(&endpoints);
        let app = ActixApp::new()
            .app_data(app.clone())
            .app_data(json.clone())
            .app_data(page.clone())
            .app_data(web::QueryConfig::default().error_handler(|_, _| {
                let problem = Problem::invalid("the query could not be read", Vec::new());
                ApiError::from(problem).into()
            }))
            .wrap(middleware::from_fn(rate_limits))
            .wrap(middleware::from_fn(cors))
            .wrap(middleware::from_fn(security_headers))
            .wrap(middleware::from_fn(error_pages))
            .wrap(middleware::from_fn(request_id))
            .configure(move |config| mintage_api::mount(config, &endpoints))
            .default_service(web::to(|| async {
                Err::<String, _>(ApiError::from(Problem::not_found()))
            }));
        let app = app.into_factory().map_err(|error| error.error_response());
        let shutdown = shutdown.clone();
        // `GuardedIo` closes idle connections. A timer here would begin again with each of its ticks.
        let http = HttpService::build()
            .keep_alive(KeepAlive::Os)
            .client_request_timeout(FIRST_REQUEST_DEADLINE)
            .client_disconnect_timeout(LINGER)
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.notified().await }
            })
            .on_connect_ext(|io: &GuardedIo, data| {
                data.insert(io.connection());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        let connections = Arc::clone(&connections);
        fn_service(move |io: TcpStream| ready(guard(io, &connections))).and_then(http)
    };
    let server = builder
        .worker_max_blocking_threads(8)
        .shutdown_timeout(20)
        .listen("mintage", listener, serve)?
        .run();
    Ok(server)
}

/// Gives a new connection a place, or closes it.
fn guard(
    io: TcpStream,
    connections: &Arc<Connections>,
) -> Result<(GuardedIo, Protocol, Option<SocketAddr>), DispatchError> {
    let full = || DispatchError::Io(io::ErrorKind::ConnectionRefused.into());
    let place = connections.open().ok_or_else(full)?;
    // Answers are small and complete, so that there is nothing to gather.
    io.set_nodelay(true).map_err(DispatchError::Io)?;
    let peer = io.peer_addr().ok();
    Ok((GuardedIo::new(io, place), Protocol::Http1, peer))
}
