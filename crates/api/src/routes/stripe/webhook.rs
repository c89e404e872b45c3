//! `POST /api/stripe/webhook/connect`: news from Stripe. Anything but 2xx makes Stripe send it
//! again, so a 2xx says that it is durably done.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::usecase::stripe::inbound::{self, Inbound, Outcome};
use mintage_runtime::app::App;
use mintage_runtime::crash::{self, Point};
use mintage_runtime::settle::settle;

use crate::error::ApiError;
use crate::request::RawBody;
use crate::views::Heard;

/// Hears Stripe's events
///
/// Of the platform's Connect endpoints, both modes. Anything but 2xx makes Stripe send an event
/// again.
#[utoipa::path(
    post,
    path = "/api/stripe/webhook/connect",
    operation_id = "hearStripe",
    tag = "Checkout",
    request_body(content = Object, description = "An event, as Stripe writes it."),
    responses((status = 200, description = "It is durably done.", body = Heard)),
    security(("stripeSignature" = [])),
    extensions(("x-error-codes" = json!(["common/not-found", "webhook/mode-mismatch"]))),
)]
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    body: RawBody,
) -> Result<HttpResponse, ApiError> {
    let body = body.0;
    let signature = request
        .headers()
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (endpoint, event) = app
        .webhooks
        .read_connect(&body, signature, app.clock.now())?;
    let (id, kind) = (event.id.clone(), event.kind.clone());
    let inbound = Inbound {
        endpoint,
        event,
        payload: body.to_vec(),
        parked: None,
    };
    let outcome = settle(&app, move |app, refused| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let decision = inbound::decide(store, stripe, &app.env(), &inbound, refused);
        crash::point(Point::FulfilDecided);
        decision
    })
    .await?;
    crash::point(Point::FulfilCommitted);
    app.deliveries_due.notify_one();
    app.mails_due.notify_one();
    let word = match &outcome {
        Outcome::Applied => "applied",
        Outcome::Duplicate => "duplicate",
        Outcome::Ignored(_) => "ignored",
        Outcome::Parked(_) => "parked",
    };
    match &outcome {
        Outcome::Parked(reason) => {
            tracing::error!(event = %id, kind, reason, "an event is parked: it should have minted");
        }
        Outcome::Ignored(reason) => tracing::debug!(event = %id, kind, reason, "ignored"),
        Outcome::Applied | Outcome::Duplicate => tracing::info!(event = %id, kind, outcome = word),
    }
    Ok(HttpResponse::Ok().json(Heard {
        received: true,
        outcome: word,
    }))
}
