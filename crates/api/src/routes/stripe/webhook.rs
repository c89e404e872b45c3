//! `POST /api/stripe/webhook/connect`: receives Stripe events. Stripe sends an event again after any
//! answer but 2xx, so the route answers 2xx only after the outcome of the event is stored.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::ports::SeenTarget;
use mintage_domain::usecase::stripe::inbound::{self, Inbound, Outcome};
use mintage_runtime::app::App;
use mintage_runtime::catalog::CachedCatalog;
use mintage_runtime::crash::{self, Point};
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::settle;

use crate::body::EventBody;
use crate::error::ApiError;
use crate::views::stripe::EventReceived;

/// Receive Stripe events
///
/// Stripe calls this route from the Connect endpoints of the platform, in both modes. Stripe sends an
/// event again after any answer but 2xx.
#[utoipa::path(
    post,
    path = "/api/stripe/webhook/connect",
    operation_id = "receiveStripeEvent",
    tag = "Checkout",
    request_body(content = Object, description = "A Stripe event."),
    responses((status = 200, description = "The outcome of the event is stored.", body = EventReceived)),
    security(("stripeSignature" = [])),
    extensions(("x-error-codes" = json!([
        "common/not-found",
        "stripe/unavailable",
        "webhook/mode-mismatch",
    ]))),
)]
pub(super) async fn receive(
    app: web::Data<App>,
    request: HttpRequest,
    body: EventBody,
) -> Result<HttpResponse, ApiError> {
    let signature = signature(&request);
    // Without a signature the body is not read. An empty body gives the error of a wrong signature.
    let body = match signature {
        "" => web::Bytes::new(),
        _ => body.read().await?,
    };
    let (mode, event) = app
        .webhooks
        .read_connect(&body, signature, app.clock.now())?;
    app.ledger_wakes.note(mode, &event);
    let inbound = Inbound {
        endpoint: EventEndpoint::Connect(mode),
        event,
        payload: body.to_vec(),
        parked: None,
    };
    answer(&app, inbound).await
}

/// The signature of an event; empty if there is none.
pub(super) fn signature(request: &HttpRequest) -> &str {
    let value = request.headers().get("stripe-signature");
    value.and_then(|it| it.to_str().ok()).unwrap_or_default()
}

/// Receives an event whose signature was verified, and answers with the outcome.
pub(super) async fn answer(
    app: &web::Data<App>,
    inbound: Inbound,
) -> Result<HttpResponse, ApiError> {
    let (id, kind) = (inbound.event.id.clone(), inbound.event.kind.clone());
    let heard = account_heard(&inbound);
    let outcome = receive_event(app, inbound).await?;
    crash::point(Point::FulfilCommitted);
    if let Some(account) = heard {
        app.last_seen
            .record(SeenTarget::Account(account), app.clock.now());
    }
    app.deliveries_due.notify_one();
    app.mails_due.notify_one();
    match &outcome {
        Outcome::Parked(reason) => tracing::error!(
            event = %id,
            kind,
            reason,
            "the event is parked: it should have issued a license"
        ),
        Outcome::Ignored(reason) => tracing::debug!(event = %id, kind, reason, "ignored"),
        Outcome::Applied | Outcome::Duplicate => {
            tracing::info!(event = %id, kind, outcome = outcome.as_str());
        }
    }
    Ok(HttpResponse::Ok().json(EventReceived::of(&outcome)))
}

/// The connected account that the event is about: its status shows when it was last heard.
fn account_heard(inbound: &Inbound) -> Option<AccountRef> {
    let EventEndpoint::Connect(mode) = inbound.endpoint else {
        return None;
    };
    let account = inbound.event.account.clone();
    let account = account.filter(|_| inbound.event.livemode == mode.livemode())?;
    Some(AccountRef { mode, account })
}

async fn receive_event(app: &web::Data<App>, inbound: Inbound) -> Result<Outcome, Problem> {
    if let Some(asker) = inbound.asks_for() {
        let asker = asker.to_owned();
        let received = call_stripe(app, &asker, move |app| {
            inbound::receive(&*app.store, &*app.stripe, &app.env(), &inbound)
        });
        return Ok(received.await??);
    }
    let outcome = settle(app, move |app, refused| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let catalog = CachedCatalog::of(app);
        let decision = inbound::decide(store, &catalog, stripe, &app.env(), &inbound, refused);
        crash::point(Point::FulfilDecided);
        decision
    });
    Ok(outcome.await?)
}
