//! A webhook endpoint of a seller. The receiver answers every delivery with 200 and passes it on;
//! [`signature`] checks whether the delivery is genuine.

mod signature;

pub(crate) use signature::SignatureError;

use std::io;
use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A running receiver. Dropping the receiver stops it.
pub(crate) struct Receiver {
    url: String,
    handle: ServerHandle,
}

/// One delivery as received.
pub(crate) struct Delivery {
    headers: HeaderMap,
    body: Bytes,
}

impl Receiver {
    /// Starts a receiver on the runtime of the caller. Returns the channel of its deliveries as well.
    ///
    /// # Errors
    /// The listener cannot be used.
    pub(crate) fn start(listener: TcpListener) -> io::Result<(Self, UnboundedReceiver<Delivery>)> {
        let url = format!("http://{}/licenses", listener.local_addr()?);
        let (sender, deliveries) = unbounded_channel();
        let sender = Data::new(sender);
        let app = move || {
            App::new()
                .app_data(sender.clone())
                .route("/licenses", web::post().to(receive))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        rt::spawn(server);
        Ok((Self { url, handle }, deliveries))
    }

    /// The URL of the webhook endpoint.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // The call alone stops the server; the future would wait for the end.
        drop(self.handle.stop(false));
    }
}

async fn receive(
    request: HttpRequest,
    body: Bytes,
    sender: Data<UnboundedSender<Delivery>>,
) -> HttpResponse {
    // The headers are copied, since actix reuses those of the request for the next one.
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        headers.append(name.clone(), value.clone());
    }
    match sender.send(Delivery { headers, body }) {
        Ok(()) => HttpResponse::Ok().finish(),
        // No step waits for deliveries any more, so this one is not acknowledged.
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

impl Delivery {
    /// The event in the body; `null` if the body is not JSON. The sender is not checked.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Checks both signatures of the delivery with the signing secret of the webhook endpoint.
    ///
    /// # Errors
    /// One of the signatures is wrong.
    pub(crate) fn verify(&self, secret: &str) -> Result<(), SignatureError> {
        signature::keylight(secret, self.header("x-keylight-signature"), &self.body)?;
        signature::standard_webhooks(
            secret,
            self.header("webhook-id"),
            self.header("webhook-timestamp"),
            self.header("webhook-signature"),
            &self.body,
        )
    }

    /// The value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
