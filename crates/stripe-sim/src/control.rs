//! `/_sim`: what no Stripe has. Tests look behind the scenes and make things happen.

mod accounts;
mod money;
mod setting;
mod watch;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde_json::Value;

use crate::error::StripeError;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/calls", web::get().to(watch::calls))
        .route("/requests", web::get().to(watch::requests))
        .route("/requests", web::delete().to(watch::forget_requests))
        .route("/events", web::get().to(watch::events))
        .route("/events/{id}/resend", web::post().to(watch::resend))
        .route("/deliveries", web::get().to(watch::deliveries))
        .route("/faults", web::post().to(setting::plant))
        .route("/faults", web::delete().to(setting::heal))
        .route("/clock", web::post().to(setting::set_clock))
        .route("/redirect_uris", web::post().to(setting::add_redirect_uri))
        .route("/webhook_endpoints", web::post().to(setting::add_endpoint))
        .route("/accounts", web::get().to(accounts::all))
        .route("/accounts", web::post().to(accounts::open_account))
        .route("/accounts/{id}", web::post().to(accounts::set_account))
        .route("/accounts/{id}/connect", web::post().to(accounts::connect))
        .route(
            "/accounts/{id}/deauthorize",
            web::post().to(accounts::deauthorize),
        )
        .route("/sessions/{id}/settle", web::post().to(money::settle))
        .route("/charges/{id}/refund", web::post().to(money::refund));
}

fn done(body: Value) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

fn refused(status: u16, sentence: &str) -> HttpResponse {
    answer(Err(StripeError::new(status, sentence)))
}

fn answer(result: Result<Value, StripeError>) -> HttpResponse {
    match result {
        Ok(body) => done(body),
        Err(error) if error.status == 404 => HttpResponse::NotFound().json(error.body()),
        Err(error) => HttpResponse::BadRequest().json(error.body()),
    }
}
