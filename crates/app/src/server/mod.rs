//! The HTTP server: what is mounted where, and how it starts and stops.

pub mod error;

pub(crate) mod asked;
pub(crate) mod auth;
pub(crate) mod client;
mod cors;
pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod limits;
pub(crate) mod paging;
pub(crate) mod reader;
mod request_id;

use crate::routes;
use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, middleware, web};
use error::ApiError;
use fields::MAX_BODY;
use mintage_runtime::app::App;
use mintage_runtime::background::Workers;
use mintage_runtime::problem::Problem;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// A server that is listening, on a thread of its own.
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has stopped by itself, or by a signal.
    pub fn wait(mut self) -> io::Result<()> {
        self.join()
    }

    /// Stops it: requests under way are finished, then the loops end.
    pub fn stop(mut self) -> io::Result<()> {
        // The future only resolves once the server is down, which joining waits for anyway.
        drop(self.handle.stop(true));
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        match self.thread.take().map(std::thread::JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("the server's thread panicked")),
            None => Ok(()),
        }
    }
}

/// Starts serving on a listener that is bound already.
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
                        // The starter waits for this; it cannot be gone.
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
        .map_err(|_| io::Error::other("the server's thread ended"))??;
    Ok(Running {
        address,
        handle,
        thread: Some(thread),
    })
}

fn bind(listener: TcpListener, app: &web::Data<App>) -> io::Result<actix_web::dev::Server> {
    let app = app.clone();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(web::PayloadConfig::new(MAX_BODY))
            .app_data(web::QueryConfig::default().error_handler(|_, _| {
                ApiError::from(Problem::invalid("the query could not be read", Vec::new())).into()
            }))
            .wrap(middleware::from_fn(limits::limits))
            .wrap(middleware::from_fn(cors::cors))
            .wrap(middleware::from_fn(request_id::request_id))
            .configure(routes::mount)
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
