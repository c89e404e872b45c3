//! A small receiver for a tenant's license webhook: what a seller would write, in one file.
//!
//! It answers every delivery with 200 and hands it on; whether to trust it is [`signature`]'s.

mod signature;

pub(crate) use signature::Unsigned;

use std::io;
use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A receiver at work. Dropping it stops it.
pub(crate) struct Receiver {
    url: String,
    handle: ServerHandle,
}

/// One delivery as it came in.
pub(crate) struct Delivery {
    headers: HeaderMap,
    body: Bytes,
}

impl Receiver {
    /// Starts on the runtime it is called in. The deliveries come out at the other end.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub(crate) fn start(listener: TcpListener) -> io::Result<(Self, UnboundedReceiver<Delivery>)> {
        let url = format!("http://{}/licenses", listener.local_addr()?);
        let (into, deliveries) = unbounded_channel();
        let into = Data::new(into);
        let app = move || {
            App::new()
                .app_data(into.clone())
                .route("/licenses", web::post().to(take))
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

    /// The address to register as a webhook.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // The command is sent by the call; the future would only wait until it is carried out.
        drop(self.handle.stop(false));
    }
}

async fn take(
    request: HttpRequest,
    body: Bytes,
    into: Data<UnboundedSender<Delivery>>,
) -> HttpResponse {
    // `Delivery` outlives the request, whose headers are reused for the next one.
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        headers.append(name.clone(), value.clone());
    }
    match into.send(Delivery { headers, body }) {
        Ok(()) => HttpResponse::Ok().finish(),
        // Nobody listens any more; what was not taken is not acknowledged.
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

impl Delivery {
    /// The event it tells of, whoever sent it; `null` when the body is no JSON.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Checks both signatures that a delivery carries, made with the webhook's signing secret.
    ///
    /// # Errors
    /// Which of the two is wrong, and how.
    pub(crate) fn verify(&self, secret: &str) -> Result<(), Unsigned> {
        signature::keylight(secret, self.header("x-keylight-signature"), &self.body)?;
        signature::standard_webhooks(
            secret,
            self.header("webhook-id"),
            self.header("webhook-timestamp"),
            self.header("webhook-signature"),
            &self.body,
        )
    }

    /// A header's value, empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
