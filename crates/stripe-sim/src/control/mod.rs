//! `/_sim`: the control plane, which does not exist at Stripe. Tests inspect the simulator's state
//! and trigger the actions of sellers and banks. Every call presents the control token, so that no page in
//! a browser on the same machine can make one.

mod accounts;
mod catalog;
mod disputes;
mod inspect;
mod ledger;
mod payments;
mod payouts;
mod promotions;
mod response;
mod restricted_keys;
mod settings;
mod subscriptions;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::{self, Data, ServiceConfig};

use crate::engine::world::SharedWorld;

/// Refuses calls without the control token.
pub(crate) async fn require_token(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let presented = request.headers().get(AUTHORIZATION);
    let presented = presented.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let world = request.app_data::<Data<SharedWorld>>();
    let is_allowed =
        world.is_some_and(|world| presented == Some(world.lock().config.control_token.expose()));
    if !is_allowed {
        let message = "Control calls need the header Authorization: Bearer <control token>. \
                       The simulator prints the token, or takes it by --control-token.";
        let refusal = response::unauthorized(message);
        return Ok(request.into_response(refusal));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

pub(crate) fn routes(config: &mut ServiceConfig) {
    ledger::routes(config);
    config
        .route("/calls", web::get().to(inspect::list_calls))
        .route("/requests", web::get().to(inspect::list_requests))
        .route("/requests", web::delete().to(inspect::delete_requests))
        .route("/events", web::get().to(inspect::list_events))
        .route("/events/{id}/resend", web::post().to(inspect::resend_event))
        .route("/deliveries", web::get().to(inspect::list_deliveries))
        .route("/faults", web::post().to(settings::add_fault))
        .route("/faults", web::delete().to(settings::delete_faults))
        .route("/clock", web::post().to(settings::set_clock))
        .route("/redirect_uris", web::post().to(settings::add_redirect_uri))
        .route(
            "/webhook_endpoints",
            web::post().to(settings::add_webhook_endpoint),
        )
        .route("/accounts", web::get().to(accounts::list))
        .route("/accounts", web::post().to(accounts::create))
        .route("/accounts/{id}", web::post().to(accounts::update))
        .route("/accounts/{id}/connect", web::post().to(accounts::connect))
        .route(
            "/accounts/{id}/deauthorize",
            web::post().to(accounts::deauthorize),
        )
        .route("/accounts/{id}/payouts", web::post().to(payouts::pay))
        .route("/payouts/{id}/fail", web::post().to(payouts::fail))
        .route("/accounts/{id}/wipe", web::post().to(accounts::wipe))
        .route(
            "/products/{id}/delete",
            web::post().to(catalog::delete_product),
        )
        .route(
            "/products/{id}/archive",
            web::post().to(catalog::archive_product),
        )
        .route(
            "/prices/{id}/archive",
            web::post().to(catalog::archive_price),
        )
        .route("/prices/{id}/delete", web::post().to(catalog::delete_price))
        .route("/restricted_keys", web::get().to(restricted_keys::list))
        .route(
            "/restricted_keys",
            web::post().to(restricted_keys::create_key),
        )
        .route(
            "/restricted_keys/{id}",
            web::post().to(restricted_keys::update_key),
        )
        .route(
            "/permission_order",
            web::post().to(restricted_keys::set_permission_order),
        )
        .route("/promotion_codes", web::post().to(promotions::add))
        .route("/sessions/{id}/settle", web::post().to(payments::settle))
        .route("/subscriptions/{id}", web::post().to(subscriptions::act))
        .route("/charges/{id}/refund", web::post().to(payments::refund))
        .route("/charges/{id}/dispute", web::post().to(disputes::open))
        .route("/disputes/{id}/{step}", web::post().to(disputes::step))
        .route("/refunds/{id}/fail", web::post().to(payments::fail_refund))
        .route(
            "/refunds/{id}/cancel",
            web::post().to(payments::cancel_refund),
        );
}
