//! The HTTP server: how it starts and stops.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App as ActixApp, HttpServer, middleware, web};
use mintage_api::error::ApiError;
use mintage_api::layers::{cors, rate_limits, request_id};
use mintage_api::request::MAX_BODY;
use mintage_runtime::app::App;
use mintage_runtime::background::Workers;
use mintage_runtime::problem::Problem;

use crate::description::{describe, endpoints};

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

/// Starts a server on a bound listener.
pub fn start(listener: TcpListener, app: App) -> io::Result<Running> {
    let address = listener.local_addr()?;
    let app = web::Data::from(Arc::new(app));
    let (send, receive) = std::sync::mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("mintage-server".into())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match bind(listener, &app) {
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

fn bind(listener: TcpListener, app: &web::Data<App>) -> io::Result<Server> {
    let endpoints = Arc::new(endpoints());
    let (json, page) = describe(&endpoints)?;
    let (json, page) = (web::Data::new(json), web::Data::new(page));
    let app = app.clone();
    let server = HttpServer::new(move || {
        let endpoints = Arc::clone(&endpoints);
        ActixApp::new()
            .app_data(app.clone())
            .app_data(json.clone())
            .app_data(page.clone())
            .app_data(web::PayloadConfig::new(MAX_BODY))
            .app_data(web::QueryConfig::default().error_handler(|_, _| {
                let problem = Problem::invalid("the query could not be read", Vec::new());
                ApiError::from(problem).into()
            }))
            .wrap(middleware::from_fn(rate_limits))
            .wrap(middleware::from_fn(cors))
            .wrap(middleware::from_fn(request_id))
            .configure(move |config| mintage_api::mount(config, &endpoints))
            .default_service(web::to(|| async {
                Err::<String, _>(ApiError::from(Problem::not_found()))
            }))
    })
    .worker_max_blocking_threads(8)
    .shutdown_timeout(20)
    .listen(listener)?
    .run();
    Ok(server)
}
